"""What became of each of many rows."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, overload


class Outcome(enum.Enum):
    """What an upsert did with a row."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """The row is there, and nothing of it was changed: it says the same, or a trigger kept it as it was."""


_OUTCOMES: Final = {ord("i"): Outcome.INSERTED, ord("u"): Outcome.UPDATED, ord("s"): Outcome.UNCHANGED}
"""By the letter of the statement that tells."""


class Outcomes(Sequence[Outcome]):
    """The outcome of each row, in the order in which the rows were given: one byte a row.

    Attributes:
        inserted, updated, unchanged: how many rows have this outcome.
    """

    __slots__ = ("_letters",)

    _letters: bytes

    def __init__(self, letters: Iterable[bytes] = ()) -> None:
        self._letters = b"".join(letters)

    @property
    def inserted(self) -> int:
        """How many rows were inserted."""
        return self._letters.count(b"i")

    @property
    def updated(self) -> int:
        """How many rows were updated."""
        return self._letters.count(b"u")

    @property
    def unchanged(self) -> int:
        """How many rows were there and were not changed."""
        return self._letters.count(b"s")

    def __len__(self) -> int:
        return len(self._letters)

    @overload
    def __getitem__(self, place: int) -> Outcome: ...
    @overload
    def __getitem__(self, place: slice) -> Outcomes: ...
    def __getitem__(self, place: int | slice) -> Outcome | Outcomes:
        if isinstance(place, slice):
            return Outcomes((self._letters[place],))
        return _OUTCOMES[self._letters[place]]

    def __iter__(self) -> Iterator[Outcome]:
        return map(_OUTCOMES.__getitem__, self._letters)

    def __eq__(self, other: object) -> bool:
        return self._letters == other._letters if isinstance(other, Outcomes) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._letters)

    def __repr__(self) -> str:
        return f"<Outcomes: {self.inserted} inserted, {self.updated} updated, {self.unchanged} unchanged>"
