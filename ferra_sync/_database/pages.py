"""Pages, and the queries that make them: the page itself, its count, and the walk along a primary key."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias

import attrs

from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.shapes import binary, row
from ferra_sync._expression.sqltypes import BOOLEAN, MAX_BIGINT
from ferra_sync._expression.typevars import R, T
from ferra_sync._model.json import spelled, spelling
from ferra_sync._query.select import Select
from ferra_sync._query.set_operations import Combinable
from ferra_sync.errors import QueryError

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


class KeyWalk(Generic[R]):
    """A query cut into batches along the primary key of its table: each begins after the last key of the one before.

    Raises:
        QueryError: the table has no primary key, or the query sorts, limits, groups, makes rows distinct, or joins
            so that a row of the table can appear more than once.
    """

    def __init__(self, query: Select[Any, Any, R], size: int) -> None:
        if not is_whole_number(size, 1):
            raise QueryError("a batch has at least 1 row")
        self.size = size
        self._key = query.primary_key
        ordered = query.along_key().limit(size)
        model = query.model
        self._model = (
            model if model is not None and all(column.name in model.by_column for column in self._key) else None
        )
        self._query: Select[Any, Any, Any] = ordered if self._model is not None else ordered.with_key()

    def first(self) -> Select[Any, Any, Any]:
        """Return the first batch."""
        return self._query

    def after(self, last: Any) -> Select[Any, Any, Any]:  # noqa: ANN401 - a row as the batch has it
        """Return the batch that follows the one that ends with `last`."""
        key = last[1] if self._model is None else self._model.key_of(last)
        return self._query.where(self._is_after(key))

    def rows(self, batch: list[Any]) -> list[R]:
        """Return the rows of a batch as the query selects them."""
        return batch if self._model is not None else [row for row, _ in batch]

    def _is_after(self, key: tuple[Any, ...]) -> AnyExpr:
        if len(key) == 1:
            only: AnyExpr = self._key[0] > key[0]
            return only
        columns = row(*(column.shape for column in self._key))
        last = row(*(column.type.parameter for column in self._key))
        return Expr(binary(">", columns, last), key, BOOLEAN)
