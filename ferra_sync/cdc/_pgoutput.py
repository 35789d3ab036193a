"""What PostgreSQL's output plugin `pgoutput` says, protocol version 1: bytes to messages, and no more.

Every message is one of a type byte and big-endian numbers; a text ends in a zero byte. The documentation's chapter
"Logical Replication Message Formats" has their parts in this order.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

Values: TypeAlias = tuple[bytes | None, ...]
"""A row's values as the server spells them, None for NULL and for what was not sent."""


class Tuple(NamedTuple):
    """A row, or its key.

    Attributes:
        values: one for each column of the relation.
        unsent: the places of values that were not sent, for they are large and did not change.
    """

    values: Values
    unsent: tuple[int, ...] = ()


class Begin(NamedTuple):
    """A transaction begins.

    Attributes:
        lsn: where its commit begins in the server's log: commits come in this order.
        committed_at: microseconds since 2000, in UTC.
        xid: the transaction's number.
    """

    lsn: int
    committed_at: int
    xid: int


class Commit(NamedTuple):
    """A transaction ends; `end` is where its commit ends in the server's log."""

    lsn: int
    end: int
    committed_at: int


class RelationColumn(NamedTuple):
    """A column of a relation, and whether it is part of the replica identity."""

    name: str
    type: int
    is_key: bool


class Relation(NamedTuple):
    """What the rows that come next of a table consist of."""

    id: int
    schema: str
    table: str
    identity: str
    columns: tuple[RelationColumn, ...]


class Insert(NamedTuple):
    """A row is new."""

    relation: int
    new: Values


class Update(NamedTuple):
    """A row is another.

    Attributes:
        relation: the table.
        old: the old key where it was another, or the whole old row; None where it has the key that it had.
        is_whole: whether `old` is the whole row.
        new: the row.
    """

    relation: int
    old: Tuple | None
    is_whole: bool
    new: Tuple


class Delete(NamedTuple):
    """A row is gone; `old` is its key, or where `is_whole` all of it."""

    relation: int
    old: Tuple
    is_whole: bool


class Truncate(NamedTuple):
    """Tables are emptied."""

    relations: tuple[int, ...]
    cascade: bool
    restart_identity: bool


Message: TypeAlias = Begin | Commit | Relation | Insert | Update | Delete | Truncate

_BEGIN: Final = struct.Struct("!xQqI")
_COMMIT: Final = struct.Struct("!xxQQq")
_NUMBER: Final = struct.Struct("!I")
_SHORT: Final = struct.Struct("!H")
_COLUMN: Final = struct.Struct("!Ii")
_TRUNCATE: Final = struct.Struct("!xIB")
_UNSENT, _TEXT = ord("u"), ord("t")
_CASCADE, _RESTART = 1, 2


def decoded(data: bytes) -> Message | None:
    """Return the message; None for one that tells of no change: a type's name, an origin, a message of a program.

    Raises:
        ValueError: the plugin says something that this protocol version does not have.
    """
    decode = _DECODERS.get(data[0])
    if decode is not None:
        return decode(data)
    if data[0] in _IGNORED:
        return None
    raise ValueError(f"pgoutput sent a message of the unknown kind {data[:1]!r}")


def _begin(data: bytes) -> Begin:
    return Begin(*_BEGIN.unpack_from(data))


def _commit(data: bytes) -> Commit:
    return Commit(*_COMMIT.unpack_from(data))


def _relation(data: bytes) -> Relation:
    (id_,) = _NUMBER.unpack_from(data, 1)
    schema, at = _text(data, 5)
    table, at = _text(data, at)
    identity = chr(data[at])
    (count,) = _SHORT.unpack_from(data, at + 1)
    at += 3
    columns = []
    for _ in range(count):
        is_key = bool(data[at])
        name, at = _text(data, at + 1)
        type_, _modifier = _COLUMN.unpack_from(data, at)
        at += _COLUMN.size
        columns.append(RelationColumn(name, type_, is_key))
    return Relation(id_, schema or "pg_catalog", table, identity, tuple(columns))


def _insert(data: bytes) -> Insert:
    (relation,) = _NUMBER.unpack_from(data, 1)
    return Insert(relation, _tuple(data, 6)[0].values)


def _update(data: bytes) -> Update:
    (relation,) = _NUMBER.unpack_from(data, 1)
    kind = data[5:6]
    if kind == b"N":
        return Update(relation, None, is_whole=False, new=_tuple(data, 6)[0])
    old, at = _tuple(data, 6)
    return Update(relation, old, is_whole=kind == b"O", new=_tuple(data, at + 1)[0])


def _delete(data: bytes) -> Delete:
    (relation,) = _NUMBER.unpack_from(data, 1)
    return Delete(relation, _tuple(data, 6)[0], is_whole=data[5:6] == b"O")


def _truncate(data: bytes) -> Truncate:
    count, options = _TRUNCATE.unpack_from(data)
    relations = struct.unpack_from(f"!{count}I", data, _TRUNCATE.size)
    return Truncate(relations, bool(options & _CASCADE), bool(options & _RESTART))


def _tuple(data: bytes, at: int) -> tuple[Tuple, int]:
    """Return a row and where it ends."""
    (count,) = _SHORT.unpack_from(data, at)
    at += 2
    values: list[bytes | None] = []
    append, number = values.append, _NUMBER.unpack_from
    unsent: tuple[int, ...] = ()
    for _ in range(count):
        kind = data[at]
        if kind == _TEXT:
            (length,) = number(data, at + 1)
            end = at + 5 + length
            append(data[at + 5 : end])
            at = end
            continue
        if kind == _UNSENT:
            unsent = (*unsent, len(values))
        append(None)
        at += 1
    return Tuple(tuple(values), unsent), at


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(0, at)
    return data[at:end].decode(), end + 1


_DECODERS: Final[dict[int, Callable[[bytes], Message]]] = {
    ord("B"): _begin,
    ord("C"): _commit,
    ord("R"): _relation,
    ord("I"): _insert,
    ord("U"): _update,
    ord("D"): _delete,
    ord("T"): _truncate,
}
_IGNORED: Final = frozenset(map(ord, "YOM"))
