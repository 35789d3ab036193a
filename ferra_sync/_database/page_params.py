"""Which page is meant, from what came from outside."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import attrs

from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.sqltypes import BIGINT
from ferra_sync._model.csv_cells import read_cell
from ferra_sync._model.outside import Outside, given
from ferra_sync.errors import ValidationError


@attrs.frozen
class PageParams:
    """The number of a page, from 1, and how many rows it has: `db.fetch_page(query, params.page, params.per_page)`."""

    page: int = 1
    per_page: int = 20

    @classmethod
    def parse(cls, data: Outside, *, max_per_page: int = 100) -> PageParams:
        """Return what `page` and `per_page` say in what came from outside, by default 1 and 20.

        A page of 0 and less means 1, and more than `max_per_page` rows mean so many. Other names are somebody else's,
        and what is blank is as if it were not there.

        Raises:
            ValidationError: one of the two is no whole number, or given more than once, or `per_page` is less than 1;
                no message shows a value.
            ValueError: `max_per_page` is no whole number, or less than 1.
        """
        if not is_whole_number(max_per_page, 1):
            raise ValueError("max_per_page is a whole number, at least 1")
        found = given(data, cls.__name__)
        wrong: dict[str, str] = {}
        page = _number("page", found, 1, wrong)
        per_page = _number("per_page", found, 20, wrong)
        if per_page < 1:
            wrong["per_page"] = "is at least 1"
        if wrong:
            raise ValidationError(cls.__name__, wrong)
        return cls(max(page, 1), min(per_page, max_per_page))


def _number(name: str, found: dict[str, list[Any]], default: int, wrong: dict[str, str]) -> int:
    """Return the number that is given, else the default; `wrong` has what is wrong with it."""
    if name not in found:
        return default
    if len(found[name]) != 1:
        wrong[name] = "is given more than once"
        return default
    (number,) = found[name]
    with suppress(ValueError):
        number = read_cell(BIGINT, number) if isinstance(number, str) else number
    if not is_whole_number(number):
        wrong[name] = "is no whole number"
        return default
    return number
