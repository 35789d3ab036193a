"""Many rows written all or none, in one transaction or savepoint: row after row, for SQLite is no journey away."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import Any, TypeAlias

import attrs

from ferra_sync._compiler.shapes import SelectShape
from ferra_sync._database.many.chunks import Batch, Chunk, chunks
from ferra_sync._database.many.outcomes import Outcomes
from ferra_sync._database.many.row_keys import SeenKeys, key_is_none, key_left_out
from ferra_sync._database.many.upsert_many import Duplicates
from ferra_sync._database.progress import Progress, tell
from ferra_sync._database.runner import kept_out, unwritten
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import SERVER_DEFAULT
from ferra_sync._expression.shapes import binary
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.row_checks import Verb
from ferra_sync._model.rows import checked_rows, given
from ferra_sync._postgres.statement import statement_of
from ferra_sync._repository.statements import ModelStatements, Params
from ferra_sync._sqlite.running import rows_of
from ferra_sync._sqlite.statement import SqliteStatement, sqlite_statement
from ferra_sync._sqlite.storage import storage_of
from ferra_sync._sqlite.verbs import SqliteVerbs
from ferra_sync.errors import Conflict, Db, NotFound, QueryError

Write: TypeAlias = Callable[[SqliteVerbs, Chunk, list[Params]], None]
"""What writes the rows of a chunk, whose values these are."""


@attrs.frozen
class ManyRows:
    """The verbs that write many rows of one model; the iterables are read as they are written, a chunk at a time."""

    executor: SqliteVerbs
    statements: ModelStatements
    progress: Progress | None

    def insert(self, rows: Iterable[Any]) -> list[Any]:
        """Insert rows; return them as they are stored, in the order given."""
        made: list[Any] = []

        def write(tx: SqliteVerbs, chunk: Chunk, values: list[Params]) -> None:
            for number, row in enumerate(values, chunk.first):
                with _naming(number):
                    made.append(self._insert(tx, row))

        self._write(rows, "insert", write)
        return made

    def update(self, rows: Iterable[Any], written: Collection[FieldMeta]) -> int:
        """Set the `written` fields of the rows with these keys; return how many."""
        meta, key = self.statements.meta, self.statements.key_fields
        is_sent = [field in written or field in key or field.ref is meta.table.version for field in meta.fields]
        seen = SeenKeys(meta, key)
        updated = 0

        def write(tx: SqliteVerbs, chunk: Chunk, values: list[Params]) -> None:
            nonlocal updated
            keys = [self.statements.key_of(row) for row in values]
            for number, parts in enumerate(keys, chunk.first):
                if SERVER_DEFAULT in parts:
                    raise key_left_out(meta, key[parts.index(SERVER_DEFAULT)], number)
            _see(seen, chunk, key, keys)
            for number, (row, parts) in enumerate(zip(values, keys, strict=True), chunk.first):
                sent = [value if is_ else SERVER_DEFAULT for value, is_ in zip(row, is_sent, strict=True)]
                with _naming(number):
                    self._update(tx, number, tuple(sent), parts)
            updated += len(keys)

        self._write(rows, "update", write)
        return updated

    def upsert(self, rows: Iterable[Any], key: tuple[FieldMeta, ...], duplicates: Duplicates) -> Outcomes:
        """Insert rows, or set what differs where their key is there; return what became of each."""
        if duplicates not in ("refuse", "last"):
            raise QueryError('duplicates is "refuse" or "last"')
        seen = SeenKeys(self.statements.meta, key)
        letters: list[bytes] = []

        def write(tx: SqliteVerbs, chunk: Chunk, values: list[Params]) -> None:
            keys = [self._key(key, number, row) for number, row in enumerate(values, chunk.first)]
            if duplicates == "refuse":
                _see(seen, chunk, key, keys)
            for number, (row, parts) in enumerate(zip(values, keys, strict=True), chunk.first):
                with _naming(number):
                    letters.append(self._upsert(tx, number, row, key, parts))

        self._write(rows, "save", write)
        return Outcomes(letters)

    def _write(self, rows: Iterable[Any], verb: Verb, write: Write) -> None:
        read = chunks(rows)
        first = next(read, None)
        if first is None:
            tell(self.progress, 0)
            return
        with self.executor._atomic() as tx:
            for chunk in chain((first,), read):
                write(tx, chunk, checked_rows(self.statements.meta, chunk.rows, verb, first=chunk.first).values)
                tell(self.progress, chunk.end)

    def _key(self, key: tuple[FieldMeta, ...], number: int, row: Params) -> Params | None:
        """Return the key by which a row may be there; None where it is left to the database."""
        meta = self.statements.meta
        parts = tuple(row[meta.fields.index(field)] for field in key)
        for field, part in zip(key, parts, strict=True):
            if part is None or (part is SERVER_DEFAULT and field.nullable and not field.has_default):
                raise key_is_none(meta, field, number)
        return None if SERVER_DEFAULT in parts else parts

    def _insert(self, tx: SqliteVerbs, row: Params) -> Any:  # noqa: ANN401 - of the repository's model
        statement, params = self.statements.insert(row)
        (made,) = tx._rows(statement, params, lambda: kept_out(statement, self.statements.meta.table.name))
        return made

    def _upsert(
        self, tx: SqliteVerbs, number: int, row: Params, key: tuple[FieldMeta, ...], parts: Params | None
    ) -> bytes:
        """Write a row; return the letter of what became of it."""
        kept = None if parts is None else _kept_row(tx, self.statements.meta, key, parts)
        if kept is None:
            self._insert(tx, row)
            return b"i"
        refs = [field.ref for field in self.statements.key_fields]
        primary = tuple(map(_loaded, refs, self.statements.key_of(kept)))
        version, place = self.statements.version_in(row), self.statements.version_place
        if version is not None and place is not None and kept[place] != version:
            raise unwritten(self.statements.meta.table, _shown(primary), version, [kept[place]])
        if all(_is_same(ref, row[at], kept[at]) for at, ref in self.statements.changed(given(row))):
            return b"s"
        self._update(tx, number, row, primary)
        return b"u"

    def _update(self, tx: SqliteVerbs, number: int, row: Params, key: Params) -> None:
        """Set what a row gives; NotFound where there is none with this key, and `Db` where it has another version."""
        if tx._rows(*self.statements.update(row, key)):
            return
        table, shown = self.statements.meta.table, _shown(key)
        version = self.statements.version_in(row)
        stored = [] if version is None else tx._rows(self.statements.stored_version, key)
        if version is not None and stored:
            raise unwritten(table, shown, version, stored)
        raise NotFound(table.name, table.shown_key(shown), number)


@contextmanager
def _naming(number: int) -> Iterator[None]:
    """Let a refusal inside say which row it is about."""
    try:
        yield
    except (Conflict, Db) as error:
        raise (error if error.row is not None else error.of_row(number)) from error.__cause__


def _see(seen: SeenKeys, chunk: Chunk, key: Sequence[FieldMeta], keys: Sequence[Params | None]) -> None:
    """Remember the keys of a chunk's rows; ValidationError where one is there twice."""
    stored: dict[int, Hashable] = {}
    for place, parts in enumerate(keys):
        if parts is not None:
            with _naming(chunk.first + place):
                stored[place] = _stored(key, parts)
    seen.add(chunk, Batch(list(stored), (), ()), list(stored.values()))


def _stored(key: Sequence[FieldMeta], parts: Params) -> Hashable:
    """Return what tells a key apart: how it is kept."""
    return tuple(storage_of(field.ref.type).store(part) for field, part in zip(key, parts, strict=True))


def _shown(key: Params) -> object:
    return key[0] if len(key) == 1 else key


def _loaded(ref: ColumnRef, kept: Any) -> Any:  # noqa: ANN401 - of the column's own type
    load = storage_of(ref.type).load
    return kept if load is None else load(kept)


def _is_same(ref: ColumnRef, value: object, kept: object) -> bool:
    """Whether a column that keeps this has the value already; documents are compared as jsonb is."""
    stored = None if value is None else storage_of(ref.type).store(value)
    if ref.type.kind is FieldType.JSONB and isinstance(stored, str) and isinstance(kept, str):
        return _canonical(stored) == _canonical(kept)
    return bool(stored == kept)


def _canonical(document: str) -> str:
    return json.dumps(json.loads(document), sort_keys=True)


def _kept_row(tx: SqliteVerbs, meta: ModelMeta, key: tuple[FieldMeta, ...], parts: Params) -> tuple[Any, ...] | None:
    """Return the row with a key, each field as it is kept; None where there is none."""
    probe = _probe(meta, key)
    with tx._taken(writing=False) as connection:
        found = rows_of(connection, probe.sql, probe.parameters(parts))
    return found[0] if found else None


@lru_cache(maxsize=1024)
def _probe(meta: ModelMeta, key: tuple[FieldMeta, ...]) -> SqliteStatement:
    where = tuple(binary("=", field.ref, field.ref.type.parameter) for field in key)
    items = tuple((ref, ref.type) for ref in meta.refs)
    return sqlite_statement(statement_of(SelectShape(items=items, table=meta.table.ref, where=where)))
