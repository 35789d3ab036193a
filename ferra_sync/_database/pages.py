"""Pages: a page itself, its count, and the query that makes it."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias

import attrs

from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.sqltypes import MAX_BIGINT
from ferra_sync._expression.typevars import R, T
from ferra_sync._model.json import spelled, spelling
from ferra_sync._query.set_operations import Combinable

Count: TypeAlias = Literal["exact", "estimate"]


@attrs.frozen
class Page(Generic[T]):
    """One page of a query. Pages count from 1.

    Attributes:
        items: the rows, never more than `per_page`.
        total: the number of rows on all pages.
        page: the number of this page.
        per_page: how many rows a page has.
    """

    items: list[T]
    total: int
    page: int
    per_page: int

    @property
    def total_pages(self) -> int:
        """The number of pages; 0 where there are no rows."""
        return -(-self.total // self.per_page)

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.page < self.total_pages

    @property
    def has_previous(self) -> bool:
        """Whether a page goes before."""
        return self.page > 1

    def to_dict(self) -> dict[str, Any]:
        """Return the page and its derived figures as JSON's own types, models as `to_dict` has them."""
        return {
            "items": spelled(self.items),
            "total": self.total,
            "page": self.page,
            "per_page": self.per_page,
            "total_pages": self.total_pages,
            "has_next": self.has_next,
            "has_previous": self.has_previous,
        }


spelling.register(Page, Page.to_dict)


def page_number(page: int, per_page: int) -> int:
    """Return the page that is meant: 0 and less mean 1.

    Raises:
        ValueError: `per_page` is less than 1, or either is no whole number.
    """
    for name, value in (("page", page), ("per_page", per_page)):
        if not is_whole_number(value):
            raise ValueError(f"{name} is a whole number, not {type(value).__name__}")
    if per_page < 1:
        raise ValueError("per_page is at least 1")
    return max(page, 1)


def page_of(query: Combinable[Any, R], page: int, per_page: int) -> Combinable[Any, R]:
    """Return `query` cut to one page, its order completed by the primary keys or all columns: pages are disjoint.

    Raises:
        QueryError: the query has a limit or an offset of its own, or its rows have no order that tells them apart.
    """
    offset = min((page - 1) * per_page, MAX_BIGINT)
    return query.in_stable_order().limit(min(per_page, MAX_BIGINT)).offset(offset)
