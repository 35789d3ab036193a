"""A query's rows in the formats of COPY: by COPY, or where the query has values, which COPY does not take, by a cursor.

A cursor's rows come as the server spells them, in text or in binary, and are put together here as COPY would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import psycopg

from ferra_sync._postgres.cursor import CopyCursor
from ferra_sync._postgres.statement import Statement
from ferra_sync._postgres.telling import Command, observed
from ferra_sync._postgres.wire import CHUNK, _translated, fetched

Cells: TypeAlias = Sequence[bytes | None]
"""The values of a row, as the server has spelled them."""

_QUOTED: Final = re.compile(rb'[",\r\n]')
_ALONE: Final = b"\\."
"""What would end a file if it stood in a line alone."""
_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_NULL: Final = b"\xff\xff\xff\xff"


def copy_out(
    acquire: Callable[[], psycopg.Connection[Any]], statement: Statement, params: tuple[Any, ...], *, binary: bool
) -> Generator[tuple[int, bytes], None, None]:
    """Yield the rows in COPY's binary format, or as CSV without a header, in pieces, each with how many rows it has.

    `acquire` returns the connection while its transaction is open. An iterator that is closed early leaves the
    transaction to be rolled back.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    if not params:
        yield from _copied(acquire(), statement, b"BINARY" if binary else b"CSV")
        return
    spell = _binary if binary else _csv
    if binary:
        yield 0, _SIGNATURE
    for cursor in fetched(acquire, statement, params, binary=binary):
        yield cursor.rowcount, b"".join(map(spell, _cells(cursor)))
    if binary:
        yield 0, _TRAILER


def csv_line(names: Iterable[str]) -> bytes:
    """Return names as a line of CSV."""
    return _csv([name.encode() for name in names])


def _copied(connection: psycopg.Connection[Any], statement: Statement, form: bytes) -> Iterator[tuple[int, bytes]]:
    cursor = CopyCursor(connection)
    command = b"COPY (%b) TO STDOUT (FORMAT %b)" % (statement.sql, form)
    sent = Command(command, statement.table_name, is_internal=False)
    with _translated(), observed(connection, sent) as heard, cursor.copy(command) as source:
        for number, piece in _pieces(source, is_binary=form == b"BINARY"):
            heard.rows += number
            heard.pause()
            yield number, piece
            heard.go_on()


def _pieces(source: psycopg.Copy, *, is_binary: bool) -> Iterator[tuple[int, bytes]]:
    pieces: list[bytes] = []
    for row in source:
        pieces.append(bytes(row))
        if len(pieces) == CHUNK:
            yield CHUNK, b"".join(pieces)
            pieces.clear()
    yield len(pieces) - is_binary, b"".join(pieces)  # The last of binary is the trailer.


def _cells(cursor: psycopg.Cursor[Any]) -> Iterator[Cells]:
    result = cursor.pgresult
    if result is not None:
        columns, value = range(result.nfields), result.get_value
        for row in range(result.ntuples):
            yield [value(row, column) for column in columns]


def _csv(cells: Cells) -> bytes:
    """Return a line: NULL is nothing, and an empty text a pair of quotes."""
    return b",".join([b"" if cell is None else _quoted(cell, is_alone=len(cells) == 1) for cell in cells]) + b"\n"


def _quoted(cell: bytes, *, is_alone: bool) -> bytes:
    if cell and not _QUOTED.search(cell) and not (is_alone and cell == _ALONE):
        return cell
    return b'"%b"' % cell.replace(b'"', b'""')


def _binary(cells: Cells) -> bytes:
    parts = [len(cells).to_bytes(2, "big")]
    for cell in cells:
        parts += [_NULL] if cell is None else [len(cell).to_bytes(4, "big"), cell]
    return b"".join(parts)
