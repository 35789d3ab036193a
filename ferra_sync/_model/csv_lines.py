"""The records of a CSV file, each with the line that it begins in; a broken one spoils no other.

As RFC 4180 and PostgreSQL have it: a value in quotation marks may hold the delimiter, line ends, and the mark itself,
written twice. A value that is nothing at all is None, a pair of marks an empty text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

Cells: TypeAlias = Sequence[str | None]

_BOM: Final = b"\xef\xbb\xbf"
_LONGEST: Final = 1 << 24
"""Bytes after which a value that is not closed is taken for a mistake."""
_MARK: Final = '"'
_OPEN: Final = "has a quotation mark that is not closed"


class Record(NamedTuple):
    """What a file has from one line on.

    Attributes:
        line: the line that it begins in, from 1.
        cells: its values, as they stand there.
        problem: why it has none.
    """

    line: int
    cells: Cells
    problem: str | None = None


class _BrokenError(Exception):
    """A record that is none."""


class _OpenError(_BrokenError):
    """A value that is not closed in the lines so far."""


def records(lines: Iterable[bytes], delimiter: str) -> Iterator[Record]:
    """Yield the records of a file in UTF-8; empty lines are none, but in a file of one column."""
    waiting = _Lines(lines)
    width = 0
    while (line := waiting.next()) is not None:
        number = waiting.number
        record = _record(waiting, number, line, delimiter)
        if record.cells == (None,) and width != 1:
            continue
        width = width or len(record.cells)
        yield record


class _Lines:
    """Lines that can be given back, and the number of the last."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._given_back: deque[bytes] = deque()
        self.number = 0

    def next(self) -> bytes | None:
        line = self._given_back.popleft() if self._given_back else next(self._lines, None)
        if line is None:
            return None
        self.number += 1
        return line[len(_BOM) :] if self.number == 1 and line.startswith(_BOM) else line

    def give_back(self, lines: Sequence[bytes]) -> None:
        self._given_back.extendleft(reversed(lines))
        self.number -= len(lines)


def _record(waiting: _Lines, number: int, line: bytes, delimiter: str) -> Record:
    taken = [line]
    while True:
        try:
            return Record(number, _cells(_text(b"".join(taken)), delimiter))
        except _OpenError:
            problem = _OPEN
            if not _take_to_mark(waiting, taken):
                break
        except _BrokenError as error:
            problem = _OPEN if len(taken) > 1 else str(error)
            break
    # The lines after the first may be records of their own.
    waiting.give_back(taken[1:])
    return Record(number, (), problem)


def _take_to_mark(waiting: _Lines, taken: list[bytes]) -> bool:
    """Take lines up to one in which a value may be closed; False where there is none near."""
    size = sum(map(len, taken))
    while size < _LONGEST and (line := waiting.next()) is not None:
        taken.append(line)
        size += len(line)
        if line.count(_MARK.encode()) % 2:  # A mark that is written twice closes nothing.
            return True
    return False


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise _BrokenError("is not UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


def _cells(text: str, delimiter: str) -> Cells:
    """Return the values of a record."""
    if _MARK not in text:
        return tuple([cell or None for cell in text.split(delimiter)])
    cells: list[str | None] = []
    at = 0
    while True:
        cell, at = _quoted(text, at) if text.startswith(_MARK, at) else _bare(text, at, delimiter)
        cells.append(cell)
        if at == len(text):
            return tuple(cells)
        if text[at] != delimiter:
            raise _BrokenError("has something after a closing quotation mark")
        at += 1


def _quoted(text: str, start: int) -> tuple[str, int]:
    """Return a value in marks, and where it ends."""
    at = start + 1
    while (at := text.find(_MARK, at)) >= 0:
        if not text.startswith(_MARK, at + 1):
            return text[start + 1 : at].replace(_MARK * 2, _MARK), at + 1
        at += 2
    raise _OpenError


def _bare(text: str, start: int, delimiter: str) -> tuple[str | None, int]:
    end = text.find(delimiter, start)
    cell = text[start : end if end >= 0 else None]
    if _MARK in cell:
        raise _BrokenError("has a quotation mark inside a value: write it twice, and the value in marks")
    return cell or None, start + len(cell)
