"""The changes of tables, as sinks and users see them."""

from __future__ import annotations

from typing import Any, Final, Generic, TypeAlias, TypeVar

import attrs

from ferra_sync.cdc._position import Position

M = TypeVar("M")

NOTHING: Final[frozenset[str]] = frozenset()


@attrs.frozen
class Inserted(Generic[M]):
    """A row is new.

    Attributes:
        table: the table's name, `posts`; with the schema where that is not `public`, `app.posts`.
        key: the values of the primary key, in its order.
        row: the row, a model or a dict.
        position: the change's own place; a sink that has it is at the place after it.
        copied: whether the row was there before the stream began: it is of the copy.
    """

    table: str
    key: tuple[Any, ...]
    row: M
    position: Position
    copied: bool = False


@attrs.frozen
class Updated(Generic[M]):
    """A row is another.

    Attributes:
        table, key, row, position: as of `Inserted`.
        old_key: the key that the row had, where it is another now; else None.
        old: the row as it was, where the table's REPLICA IDENTITY is FULL; else None.
        unsent: the columns whose values the server did not send, for they are large and did not change. A sink that
            holds rows has them; for any other there are none, see `Sink.keeps_rows`.
    """

    table: str
    key: tuple[Any, ...]
    row: M
    position: Position
    old_key: tuple[Any, ...] | None = None
    old: M | None = None
    unsent: frozenset[str] = NOTHING


@attrs.frozen
class Deleted(Generic[M]):
    """A row is gone.

    Attributes:
        table, position: as of `Inserted`.
        key: the key that it had.
        old: the row as it was, where the table's REPLICA IDENTITY is FULL; else None.
    """

    table: str
    key: tuple[Any, ...]
    position: Position
    old: M | None = None


@attrs.frozen
class Truncated:
    """A table was emptied at once.

    Attributes:
        table, position: as of `Inserted`.
    """

    table: str
    position: Position


Change: TypeAlias = Inserted[M] | Updated[M] | Deleted[M] | Truncated
"""`Change[Post]`: one of the four, which `match` tells apart."""

AnyChange: TypeAlias = Change[Any]
