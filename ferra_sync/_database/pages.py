"""Pages: a page itself, its count, and the query that makes it."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias

import attrs

from ferra_sync._compiler.shapes import CountShape
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.sqltypes import MAX_BIGINT
from ferra_sync._expression.typevars import R, T
from ferra_sync._expression.values import Value
from ferra_sync._model.json import spelled, spelling
from ferra_sync._query.set_operations import Combinable


class Capped(Value):
    """A count that ends at `most` rows; `capped(10_000)`."""

    __slots__ = ("most",)

    most: int

    def __init__(self, most: int) -> None:
        if not is_whole_number(most, 1, MAX_BIGINT - 1):
            raise ValueError("capped takes a whole number of rows, at least 1")
        self.most = most

    def __repr__(self) -> str:
        return f"capped({self.most})"


Count: TypeAlias = Literal["exact", "estimate"] | Capped


@attrs.frozen
class Page(Generic[T]):
    """One page of a query. Pages count from 1.

    Attributes:
        items: the rows, never more than `per_page`.
        total: the number of rows on all pages.
        page: the number of this page.
        per_page: how many rows a page has.
        total_is_exact: whether `total` is neither an estimate nor where a count was to end.
    """

    items: list[T]
    total: int
    page: int
    per_page: int
    total_is_exact: bool = True

    @property
    def total_pages(self) -> int:
        """The number of pages; 0 where there are no rows."""
        return -(-self.total // self.per_page)

    @property
    def has_next(self) -> bool:
        """Whether a page follows; where the total is not exact, a full page may be the last one all the same."""
        return self.page < self.total_pages or (not self.total_is_exact and len(self.items) == self.per_page)

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
            "total_is_exact": self.total_is_exact,
            "total_pages": self.total_pages,
            "has_next": self.has_next,
            "has_previous": self.has_previous,
        }


spelling.register(Page, Page.to_dict)


def capped(most: int) -> Capped:
    """Return a count for `fetch_page` that ends at `most` rows, so that it costs no more however large the table is.

    Raises:
        ValueError: `most` is no whole number, or less than 1.
    """
    return Capped(most)


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


def check_count(count: object) -> None:
    """Raise ValueError for a count that there is not."""
    if not isinstance(count, Capped) and not (isinstance(count, str) and count in {"exact", "estimate"}):
        raise ValueError('count is "exact", "estimate" or capped(…)')


def counting(query: Combinable[Any, Any], count: Count) -> tuple[CountShape, tuple[Any, ...]]:
    """Return the shape and the values of the count of a query's rows."""
    rows = query.for_count()
    if isinstance(count, Capped):
        rows = rows.limit(count.most + 1)  # One more tells whether that was all.
    shape, params = rows.parts()
    return CountShape(select=shape, estimate=count == "estimate"), params


def counted(items: list[T], page: tuple[int, int], count: Count, found: int | None) -> Page[T]:
    """Return the page of these items; `found` is what was counted, None where they are the last ones."""
    number, per_page = page
    seen = (number - 1) * per_page + len(items)
    total = seen if found is None else max(found, seen if items else 0)
    if isinstance(count, Capped):
        return Page(items, min(total, count.most), number, per_page, total <= count.most)
    return Page(items, total, number, per_page, count == "exact" or found is None)


def page_of(query: Combinable[Any, R], page: int, per_page: int, *, more: int = 0) -> Combinable[Any, R]:
    """Return `query` cut to one page, its order completed by the primary keys or all columns: pages are disjoint.

    `more` is how many of the rows after the page come along.

    Raises:
        QueryError: the query has a limit or an offset of its own, or its rows have no order that tells them apart.
    """
    offset = min((page - 1) * per_page, MAX_BIGINT)
    return query.in_stable_order().limit(min(per_page + more, MAX_BIGINT)).offset(offset)
