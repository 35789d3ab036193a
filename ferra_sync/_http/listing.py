"""Lists: which rows, in which order, and which part of them a query string asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Generic, Literal, TypeAlias, cast

import attrs

from ferra_sync._database.page_params import PageParams
from ferra_sync._expression.filtering import Filtering
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.order import Order
from ferra_sync._expression.sqltypes import BIGINT
from ferra_sync._expression.typevars import S_co
from ferra_sync._http.problems import ProblemError
from ferra_sync._model.csv_cells import read_cell
from ferra_sync._model.filter import Filter, filter_meta
from ferra_sync._model.outside import given
from ferra_sync._model.sort import Sort
from ferra_sync.errors import SchemaError, ValidationError

Paging: TypeAlias = Literal["page", "keyset"]

PARAMETERS: Final[dict[Paging, tuple[str, ...]]] = {
    "page": ("page", "per_page"),
    "keyset": ("limit", "after", "before"),
}
_SORT: Final = "sort"
_READER: Final = "query string"
_DEFAULT: Final = 20


@attrs.frozen
class Listing(Generic[S_co]):
    """What the list of a resource may be asked for.

    Attributes:
        filters: a class whose fields are parameters; other parameters are refused.
        sort: what `sort=-created_at,title` may name; None: the order is that of the primary key.
        paging: `"page"`: `page` and `per_page`, with the total; `"keyset"`: `limit`, `after` and `before`, whose last
            page costs what the first does.
        max_per_page: the most rows of a page; more that are asked for are so many.
        required: parameters without which the answer is 400 MISSING_PARAMETER.

    Raises:
        SchemaError: a parameter is required and is none of the filter, or an option is none of these.
    """

    filters: type[Filtering[S_co]] | None = None
    sort: Sort[S_co] | None = None
    paging: Paging = "page"
    max_per_page: int = 100
    required: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.paging not in PARAMETERS:
            raise SchemaError('paging is "page" or "keyset"')
        if self.filters is not None and not (isinstance(self.filters, type) and issubclass(self.filters, Filter)):
            raise SchemaError("filters is a class: FilmFilter, decorated with @attrs.frozen")
        if not is_whole_number(self.max_per_page, 1):
            raise SchemaError("max_per_page is a whole number, at least 1")
        for name in self.required:
            if name not in self.filter_names:
                raise SchemaError(f"{name} is required and is no filter: required takes names of the filter's fields")

    @property
    def filter_names(self) -> tuple[str, ...]:
        """The parameters that are the filter's."""
        return (
            () if self.filters is None else tuple(field.key for field in filter_meta(cast("Any", self.filters)).fields)
        )

    @property
    def beside(self) -> tuple[str, ...]:
        """The parameters that are no filter's."""
        return (*PARAMETERS[self.paging], *(() if self.sort is None else (_SORT,)))

    def parse(self, query_string: str) -> Wanted:
        """Return what a query string asks for.

        Raises:
            ProblemError: 400: a required parameter is missing.
            ValidationError: what is wrong with the others, all at once.
        """
        found = given(query_string, _READER)
        missing = [name for name in self.required if name not in found]
        if missing:
            raise ProblemError(400, "MISSING_PARAMETER", f"{', '.join(missing)} is required")
        wrong: dict[str, str] = {}
        filters = _tried(wrong, lambda: self._filter(query_string, found))
        orders = _tried(wrong, lambda: () if self.sort is None else self.sort.parse(found.get(_SORT)))
        part = _tried(wrong, lambda: self._part(query_string, found))
        if wrong or part is None:
            raise ValidationError(_READER, wrong)
        return Wanted(filters, orders or (), part)

    def _filter(self, query_string: str, found: Mapping[str, list[Any]]) -> Filtering[Any] | None:
        if self.filters is not None:
            filters: type[Filter[Any, Any, Any, Any]] = cast("Any", self.filters)  # looked at when the listing was made
            return filters.parse(query_string, beside=self.beside)
        unknown = {name: "is unknown" for name in found if name not in self.beside}
        if unknown:
            raise ValidationError(_READER, unknown)
        return None

    def _part(self, query_string: str, found: Mapping[str, list[Any]]) -> PageParams | KeysetParams:
        if self.paging == "page":
            return PageParams.parse(query_string, max_per_page=self.max_per_page)
        return KeysetParams.parse(found, self.max_per_page)


@attrs.frozen
class KeysetParams:
    """Which slice is meant, as `fetch_keyset` takes it."""

    limit: int
    after: str | None
    before: str | None

    @classmethod
    def parse(cls, found: Mapping[str, list[Any]], most: int) -> KeysetParams:
        """Return what `limit`, `after` and `before` say.

        Raises:
            ValidationError: one is given twice, or both directions are, or the limit is no number from 1 up.
        """
        wrong = {name: "is given more than once" for name in PARAMETERS["keyset"] if len(found.get(name, ())) > 1}
        after, before, limit = (found.get(name, [None])[0] for name in ("after", "before", "limit"))
        if after is not None and before is not None:
            wrong["before"] = "goes the other way than after"
        number = _DEFAULT if limit is None else _number(limit)
        if number is None:
            wrong["limit"] = "is no whole number from 1 up"
        if wrong or number is None:
            raise ValidationError(_READER, wrong)
        return cls(min(number, most), after, before)


@attrs.frozen
class Wanted:
    """What a list is asked for; without filter and orders it is the table in the order of its key."""

    filters: Filtering[Any] | None
    orders: tuple[Order[Any, Any], ...]
    part: PageParams | KeysetParams


def _number(text: str) -> int | None:
    with suppress(ValueError):
        number: Any = read_cell(BIGINT, text)
        return number if is_whole_number(number, 1) else None
    return None


def _tried(wrong: dict[str, str], read: Callable[[], Any]) -> Any:  # noqa: ANN401 - what is read
    """Return what is read, or take note of what is wrong with it."""
    try:
        return read()
    except ValidationError as error:
        wrong.update(error.errors)
    return None
