"""A page of a query whose rows nobody has counted."""

from __future__ import annotations

from typing import Any, Generic, Self

import attrs

from ferra_sync._expression.typevars import T
from ferra_sync._model.json import spelled, spelling


@attrs.frozen
class UncountedPage(Generic[T]):
    """One page of a query, without the number of rows on all pages. Pages count from 1.

    Attributes:
        items: the rows, never more than `per_page`.
        page: the number of this page.
        per_page: how many rows a page has.
        has_next: whether a page follows.
    """

    items: list[T]
    page: int
    per_page: int
    has_next: bool

    @classmethod
    def of(cls, rows: list[T], page: int, per_page: int) -> Self:
        """Return the page of rows that are one more than it has where another page follows."""
        return cls(rows[:per_page], page, per_page, len(rows) > per_page)

    @property
    def has_previous(self) -> bool:
        """Whether a page goes before."""
        return self.page > 1

    def to_dict(self) -> dict[str, Any]:
        """Return the page and its derived figures as JSON's own types, models as `to_dict` has them."""
        return {
            "items": spelled(self.items),
            "page": self.page,
            "per_page": self.per_page,
            "has_next": self.has_next,
            "has_previous": self.has_previous,
        }


spelling.register(UncountedPage, UncountedPage.to_dict)
