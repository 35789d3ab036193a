"""A CSV file into a table: every line validated, the good ones inserted, the others told by their number."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import compress, islice, pairwise
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias

import attrs

from ferra_sync._compiler.shapes import ConflictShape, InsertShape
from ferra_sync._database.many.refusals import refused_row
from ferra_sync._database.progress import Progress
from ferra_sync._database.transaction import Executor
from ferra_sync._expression.described import described
from ferra_sync._model.csv_lines import Record, records
from ferra_sync._model.csv_rows import CsvRows
from ferra_sync._model.model import M, ModelMeta
from ferra_sync._model.rows import Given, arrays_of, check_insertable, given
from ferra_sync._postgres import wire
from ferra_sync._postgres.errors import is_of_a_row
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync.errors import Conflict, Db, QueryError, ValidationError

OnError: TypeAlias = Literal["raise", "collect"]
"""Whether a bad line undoes the import, or each is reported and the rest imported."""

OnConflict: TypeAlias = Literal["raise", "skip"]
"""Whether a line that a unique constraint refuses is a bad one, or is left out and counted."""


class Readable(Protocol):
    """A file that is open for bytes, line by line."""

    def read(self, size: int, /) -> bytes: ...
    def __iter__(self) -> Iterator[bytes]: ...


CsvFile: TypeAlias = str | os.PathLike[str] | Readable
"""A path, or a file that is open for bytes."""

KEPT: Final = 1_000
"""How many errors a report has at most; their number is exact all the same."""

_CHUNK: Final = 2_000
"""How many lines are held at a time, and inserted by one statement."""

_BEGIN: Final = b"SAVEPOINT ferra_rows"
_UNDO: Final = b"ROLLBACK TO SAVEPOINT ferra_rows"
_KEEP: Final = b"RELEASE SAVEPOINT ferra_rows"
"""One savepoint serves all parts of a chunk, in half the round trips that one for each would take."""

_LEAST: Final = 50
"""How many rows a statement has at least after one that was refused, where there are so many."""

_DELIMITERS: Final = (",", ";", "\t", "|")


def _frozen(errors: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(errors))


@attrs.frozen
class LineError:
    """What is wrong with a line of a file.

    Attributes:
        line: in which line the row begins, counted from 1.
        errors: field → message, without the value; what is wrong with no field alone has the empty key.
    """

    line: int
    errors: Mapping[str, str] = attrs.field(converter=_frozen, hash=False)

    def __str__(self) -> str:
        listed = "; ".join(f"{field}: {message}" if field else message for field, message in self.errors.items())
        return f"line {self.line}: {listed}"


@attrs.frozen
class ImportReport:
    """What became of a file's rows: `rows == inserted + skipped + failed`.

    Attributes:
        rows: how many the file has below its header.
        inserted: how many are in the table now.
        skipped: how many a unique constraint, a trigger or a rule kept out without an error.
        failed: how many are bad.
        errors: what is wrong with the bad ones, by line; of the first 1,000 that were found.
    """

    rows: int
    inserted: int
    skipped: int
    failed: int
    errors: tuple[LineError, ...]


class _Numbered(NamedTuple):
    line: int
    values: tuple[Any, ...]


def import_csv(  # noqa: PLR0913 - what the verb of a repository takes, and where it runs
    executor: Executor,
    meta: ModelMeta,
    path: CsvFile,
    *,
    on_error: OnError,
    on_conflict: OnConflict,
    delimiter: str,
    progress: Progress | None,
) -> ImportReport:
    """Import a file, all of its good lines or nothing.

    Raises:
        QueryError: the model cannot be inserted, or an option is none.
        ValidationError: the header is wrong, or a line is and `on_error` is "raise"; `.line` says which.
        FerraDbError: the database said no, of a row where `.line` says of which.
        OSError: the file cannot be read.
    """
    _check_options(on_error, on_conflict, delimiter)
    check_insertable(meta, ())
    with _opened(path) as lines:
        found = records(lines, delimiter)
        rows: CsvRows[Any] = CsvRows(meta.model, next(found, None))
        run = _Import(meta, rows, is_strict=on_error == "raise", skips=on_conflict == "skip")
        with executor._atomic() as tx:
            while chunk := list(islice(found, _CHUNK)):
                run.load(tx, chunk)
                if progress is not None:
                    progress(run.rows)
    return run.report()


def _check_options(on_error: str, on_conflict: str, delimiter: str) -> None:
    if on_error not in {"raise", "collect"}:
        raise QueryError('on_error is "raise" or "collect"')
    if on_conflict not in {"raise", "skip"}:
        raise QueryError('on_conflict is "raise" or "skip"')
    if delimiter not in _DELIMITERS:
        raise QueryError(f"delimiter is one of {', '.join(map(repr, _DELIMITERS))}")


@contextmanager
def _opened(path: Any) -> Iterator[Iterable[bytes]]:  # noqa: ANN401 - checked here
    if isinstance(path, (str, os.PathLike)):
        with open(path, "rb") as file:  # noqa: PTH123 - whatever path it is
            yield file
    elif isinstance(getattr(path, "read", lambda _size: None)(0), bytes):
        yield path
    else:
        raise QueryError(f"a path is needed, or a file that is open for bytes, not {described(path)}")


class _Import:
    """An import under way: what it has counted, and the lines that are bad."""

    def __init__(self, meta: ModelMeta, rows: CsvRows[M], *, is_strict: bool, skips: bool) -> None:
        self.rows = 0
        self._inserted = self._skipped = self._failed = 0
        self._errors: list[LineError] = []
        self._meta = meta
        self._made = rows
        self._is_strict = is_strict
        self._conflict = ConflictShape(target=()) if skips else None

    def report(self) -> ImportReport:
        errors = tuple(sorted(self._errors, key=lambda error: error.line))
        return ImportReport(self.rows, self._inserted, self._skipped, self._failed, errors)

    def load(self, tx: Executor, chunk: Sequence[Record]) -> None:
        """Insert the good rows of these records."""
        by_pattern: dict[Given, list[_Numbered]] = {}
        invalid: list[ValidationError] = []
        for record in chunk:
            try:
                values = self._meta.values(self._made.row(record))
            except ValidationError as error:
                invalid.append(error)
                if self._is_strict:  # The server may refuse one before it.
                    break
            else:
                by_pattern.setdefault(given(values), []).append(_Numbered(record.line, values))
        self.rows += len(chunk)
        for pattern, numbered in by_pattern.items():
            if any(pattern):
                self._insert(tx, pattern, numbered)
            else:
                invalid += [self._empty(row.line) for row in numbered]
        for each in invalid:
            self._refuse(each.line or 0, each, each.errors)

    def _insert(self, tx: Executor, pattern: Given, numbered: Sequence[_Numbered]) -> None:
        """Insert rows in as few statements as there can be: what the server refuses is cut until it is one row."""
        statement, pieces, connection = self._statement(pattern), [numbered], tx._acquire()
        wire.run(connection, _BEGIN)
        while pieces:
            piece = pieces.pop()
            columns = tuple(compress(zip(*(row.values for row in piece), strict=True), pattern))
            try:
                inserted = wire.send(connection, statement, columns, wire.AFFECTED)
            except (Conflict, Db) as error:
                if not is_of_a_row(error):
                    raise
                if len(piece) == 1:
                    self._refuse(piece[0].line, error, self._by_field(error))
                else:
                    pieces += reversed(self._cut(piece, error, pattern, columns))
                wire.run(connection, _UNDO if pieces else _UNDO + b"; " + _KEEP)
            else:
                wire.run(connection, _KEEP + b"; " + _BEGIN if pieces else _KEEP)
                self._inserted += inserted
                self._skipped += len(piece) - inserted

    def _statement(self, pattern: Given) -> Statement:
        refs = tuple(compress(self._meta.refs, pattern))
        table = self._meta.table.ref
        return statement_of(InsertShape(table=table, columns=refs, arrays=arrays_of(refs), conflict=self._conflict))

    def _cut(
        self, piece: Sequence[_Numbered], error: Conflict | Db, pattern: Given, columns: tuple[Any, ...]
    ) -> list[Sequence[_Numbered]]:
        """Return the parts of rows of which the server has refused one: it alone, where it can be told."""
        fields = tuple(compress(self._meta.fields, pattern))
        at = refused_row(error, self._meta.table, fields, columns)
        # Where one is refused so early there may be more: the rest goes in parts that are not much longer.
        cuts = [len(piece) // 2] if at is None else [at, *range(at + 1, len(piece), max(_LEAST, 4 * at))]
        places = sorted({0, *cuts, len(piece)})
        return [piece[start:end] for start, end in pairwise(places)]

    def _by_field(self, error: Conflict | Db) -> dict[str, str]:
        columns = error.columns if isinstance(error, Conflict) else (error.column,)
        field = self._meta.by_column.get(columns[0] or "") if len(columns) == 1 else None
        return {"" if field is None else field.key: str(error)}

    def _empty(self, line: int) -> ValidationError:
        return ValidationError(self._meta.model.__name__, {"": "has no value"}, line=line)

    def _refuse(self, line: int, error: ValidationError | Conflict | Db, errors: Mapping[str, str]) -> None:
        if self._is_strict:
            error.line = line
            if not isinstance(error, ValidationError):
                error.add_note(f"in line {line} of the file")
            raise error
        self._failed += 1
        if len(self._errors) < KEPT:
            self._errors.append(LineError(line, errors))
