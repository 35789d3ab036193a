"""The decoder says of each message what was put into it, and takes nothing that it does not know."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync.cdc import _pgoutput as pgoutput

NUMBERS = st.integers(0, 2**32 - 1)
PLACES = st.integers(0, 2**64 - 1)
MOMENTS = st.integers(-(2**63), 2**63 - 1)
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)
UNSENT = object()


def row(values: list[Any]) -> bytes:
    """Return a row as the plugin sends it; UNSENT stands for a large value that did not change."""
    cells = [
        b"n" if each is None else b"u" if each is UNSENT else b"t" + struct.pack("!I", len(each)) + each
        for each in values
    ]
    return struct.pack("!H", len(values)) + b"".join(cells)


def read(values: list[Any]) -> pgoutput.Tuple:
    return pgoutput.Tuple(
        tuple(None if each is UNSENT else each for each in values),
        tuple(at for at, each in enumerate(values) if each is UNSENT),
    )


ROWS = st.lists(st.none() | st.just(UNSENT) | st.binary(max_size=8), max_size=6)
OLD = st.lists(st.none() | st.binary(max_size=8), max_size=6)


@given(PLACES, MOMENTS, NUMBERS, PLACES)
@settings(max_examples=20)
def test_a_transaction_has_its_place_its_time_and_its_end(lsn: int, at: int, xid: int, end: int):
    assert pgoutput.decoded(b"B" + struct.pack("!QqI", lsn, at, xid)) == pgoutput.Begin(lsn, at, xid)
    assert pgoutput.decoded(b"C\0" + struct.pack("!QQq", lsn, end, at)) == pgoutput.Commit(lsn, end, at)


@given(NUMBERS, NAMES, NAMES, st.lists(st.tuples(NAMES, NUMBERS, st.booleans()), max_size=4))
@settings(max_examples=20)
def test_a_relation_has_its_columns(relation: int, schema: str, table: str, columns: list[tuple[str, int, bool]]):
    parts = [bytes([is_key]) + name.encode() + b"\0" + struct.pack("!Ii", oid, -1) for name, oid, is_key in columns]
    head = b"R" + struct.pack("!I", relation) + schema.encode() + b"\0" + table.encode() + b"\0d"
    expected = tuple(pgoutput.RelationColumn(*column) for column in columns)
    assert pgoutput.decoded(head + struct.pack("!H", len(columns)) + b"".join(parts)) == pgoutput.Relation(
        relation, schema, table, "d", expected
    )


@given(NUMBERS, OLD, ROWS, st.sampled_from([b"K", b"O"]))
@settings(max_examples=40)
def test_rows_come_with_their_values_with_null_and_with_what_was_not_sent(
    relation: int, old: list[Any], new: list[Any], kind: bytes
):
    head = struct.pack("!I", relation)
    is_whole = kind == b"O"
    assert pgoutput.decoded(b"I" + head + b"N" + row(old)) == pgoutput.Insert(relation, read(old).values)
    assert pgoutput.decoded(b"U" + head + b"N" + row(new)) == pgoutput.Update(relation, None, False, read(new))
    assert pgoutput.decoded(b"U" + head + kind + row(old) + b"N" + row(new)) == pgoutput.Update(
        relation, read(old), is_whole, read(new)
    )
    assert pgoutput.decoded(b"D" + head + kind + row(old)) == pgoutput.Delete(relation, read(old), is_whole)


@given(st.lists(NUMBERS, max_size=5), st.booleans(), st.booleans())
@settings(max_examples=20)
def test_truncate_names_its_tables(relations: list[int], cascade: bool, restart: bool):
    head = b"T" + struct.pack("!IB", len(relations), cascade | restart << 1)
    assert pgoutput.decoded(head + struct.pack(f"!{len(relations)}I", *relations)) == pgoutput.Truncate(
        tuple(relations), cascade, restart
    )


@pytest.mark.parametrize("kind", [b"Y", b"O", b"M"])
def test_what_tells_of_no_change_is_left_out(kind: bytes):
    assert pgoutput.decoded(kind + b"anything") is None


def test_a_message_of_another_protocol_is_refused():
    with pytest.raises(ValueError, match="unknown kind b'S'"):
        pgoutput.decoded(b"S\0\0\0\1")
