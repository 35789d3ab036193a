"""How far a sink is: which transactions it has, and how much of the one that it has in part."""

from __future__ import annotations

from typing import NamedTuple, Self

from ferra_sync._postgres.replication import lsn_of, lsn_text


class Position(NamedTuple):
    """A place in the stream of changes; later ones are greater.

    Every transaction whose commit begins before `lsn` has been applied, and of one whose commit begins there the first
    `offset` changes.

    Attributes:
        lsn: a position in the server's log.
        offset: how many changes of the transaction that is committed there; 0: none, or there is none.
    """

    lsn: int
    offset: int = 0

    def __str__(self) -> str:
        return f"{lsn_text(self.lsn)}+{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the position that `str` spelled so; ValueError for any other text."""
        lsn, _, offset = text.partition("+")
        return cls(lsn_of(lsn), int(offset))
