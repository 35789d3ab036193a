"""Many rows inserted, or updated where their key is there: what became of each is told."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Literal, TypeAlias

import psycopg

from ferra_sync._compiler.bulk_shapes import UpsertShape
from ferra_sync._compiler.shapes import Overriding
from ferra_sync._database.many.chunks import Batch, Chunk, batches, chunks
from ferra_sync._database.many.outcomes import Outcomes
from ferra_sync._database.many.refusals import naming_row
from ferra_sync._database.many.row_keys import SeenKeys, key_is_none, keys_of, told_apart
from ferra_sync._database.many.versions import check_versions, version_among
from ferra_sync._database.progress import Progress, tell
from ferra_sync._database.runner import Runner
from ferra_sync._database.ways import Way, upsert_way
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rows import arrays_of
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync._query.insert import insert_of_arrays, insert_of_rows
from ferra_sync._query.stamps import overwriting
from ferra_sync.errors import Db, QueryError, ValidationError

Duplicates: TypeAlias = Literal["refuse", "last"]
"""What is done about rows of one key: `refuse` them, or write one after the other, so that the `last` wins."""

Form: TypeAlias = Literal["arrays", "single", "probe"]
"""How an upsert is said: of many rows, of one, or of one without a change, to see whether the row is there."""


def upsert_many(  # noqa: PLR0913 - what the verb of a repository takes
    executor: Runner,
    meta: ModelMeta,
    rows: Iterable[Any],
    key: tuple[FieldMeta, ...],
    *,
    duplicates: Duplicates,
    progress: Progress | None = None,
) -> Outcomes:
    """Insert `rows`, or update those whose `key` is there, any number of them, all or none; say what became of each.

    The iterable is read as it is written. `key` is unique in the table.

    Raises:
        QueryError: the model lacks a column that must be given, or `duplicates` is neither.
        ValidationError: a value is of the wrong type, a validator of the model rejects it, a value of the key is None,
            or two rows have one key where that is refused; it says in which row.
        Db: a row that is there has another version than it carries (STALE_ROW); it says which.
        FerraDbError: the database said no, and nothing was written; it says by which row, where that can be told.
    """
    if duplicates not in ("refuse", "last"):
        raise QueryError('duplicates is "refuse" or "last"')
    read = chunks(rows)
    first = next(read, None)
    if first is None:
        tell(progress, 0)
        return Outcomes()
    seen = SeenKeys(meta, key) if duplicates == "refuse" else None
    letters: list[bytes] = []
    with executor._atomic() as tx:
        upsert = _Upsert(tx, meta, key)
        for chunk in chain((first,), read):
            letters.append(upsert.written(chunk, seen))
            tell(progress, chunk.end)
    return Outcomes(letters)


class _Upsert:
    """The upsert of chunks of rows in one transaction."""

    def __init__(self, executor: Runner, meta: ModelMeta, key: tuple[FieldMeta, ...]) -> None:
        self._executor = executor
        self._connection: psycopg.Connection[Any] = executor._acquire()
        self._meta = meta
        self._key = key
        self._way, self._sees_old = upsert_way(self._connection, meta.table)

    def written(self, chunk: Chunk, seen: SeenKeys | None) -> bytes:
        """Write a chunk; return a letter for each row. Without `seen` rows of one key follow each other."""
        given = batches(self._meta, chunk, "save")
        keys = [self._keys(chunk, batch) for batch in given]
        repeated: list[Batch] = []
        if seen is None:
            given, repeated = told_apart(given, keys)
            self._check_repeated(chunk, repeated)
        else:
            for batch, its_keys in zip(given, keys, strict=True):
                seen.add(chunk, batch, its_keys)
        if len(given) == 1 and not repeated:
            return self._letters(chunk, given[0], self._way)
        letters = bytearray(len(chunk.rows))
        for batch, way in chain(((each, self._way) for each in given), ((each, Way.SINGLY) for each in repeated)):
            for position, letter in zip(batch.positions, self._letters(chunk, batch, way), strict=True):
                letters[position] = letter
        return bytes(letters)

    def _keys(self, chunk: Chunk, batch: Batch) -> Sequence[Hashable]:
        """Return what tells the rows' keys apart; one that is left to the server is like no other."""
        for field in self._key:
            if field.nullable:
                self._check_value(field, chunk, batch)
        if self._is_made_by_server(batch):
            return [object() for _ in batch.positions]
        return keys_of(self._connection, self._key, batch.of(self._key))

    def _check_value(self, field: FieldMeta, chunk: Chunk, batch: Batch) -> None:
        """Raise ValidationError where the value of a key is NULL, which is equal to no other."""
        values: Sequence[Any] = batch.of((field,))[0] if field in batch.fields else ()
        if None in values or not (values or field.has_default):
            number = chunk.first + batch.positions[values.index(None) if values else 0]
            raise key_is_none(self._meta, field, number)

    def _check_repeated(self, chunk: Chunk, repeated: Iterable[Batch]) -> None:
        """Raise ValidationError where rows of one key carry a version: each but the first to change would be stale."""
        for batch in repeated:
            version = version_among(self._meta, batch.fields)
            if version is not None:
                wrong = {version.name: f"{version.ref} is carried by rows that have one key"}
                raise ValidationError(self._meta.model.__name__, wrong, chunk.first + batch.positions[0])

    def _is_made_by_server(self, batch: Batch) -> bool:
        return not set(self._key).issubset(batch.fields)

    def _letters(self, chunk: Chunk, batch: Batch, way: Way) -> bytes:
        """Write rows, of different keys where it is not row by row; return a letter for each."""
        with naming_row(self._meta.table, chunk, batch):
            if self._is_made_by_server(batch):
                return self._inserted(chunk, batch)
            is_single = way is Way.SINGLY
            letters = self._written_singly(chunk, batch) if is_single else self._written_by_key(batch)
        if b"s" in letters and version_among(self._meta, batch.fields) is not None:
            same = batch.at([at for at, letter in enumerate(letters) if letter == ord("s")])
            check_versions(self._connection, self._meta, self._key, chunk, same)
        return letters

    def _inserted(self, chunk: Chunk, batch: Batch) -> bytes:
        """Insert rows whose key the server makes."""
        pattern = tuple(field in batch.fields for field in self._meta.fields)
        number = len(batch.positions)
        if any(pattern):
            refs = [field.ref for field in batch.fields]
            shape = insert_of_arrays(self._meta.table, refs, returning=())
            overriding: Overriding | None = "SYSTEM" if self._meta.table.is_numbered_always(refs) else None
            shape = shape._replace(overriding=overriding)
            inserted = wire.send(self._connection, statement_of(shape), batch.columns, wire.AFFECTED)
        else:
            single = statement_of(insert_of_rows(self._meta, (pattern,), returning=self._meta.items))
            inserted = sum(map(len, wire.send_each(self._connection, single, [()] * number)))
        if inserted != number:
            raise _kept_out(self._meta, f"one of rows[{chunk.first}:{chunk.end}]")
        return b"i" * number

    def _written_by_key(self, batch: Batch) -> bytes:
        statement, values = self._statement(batch, "arrays")
        ((letters, is_known),) = wire.send(self._connection, statement, (*batch.columns, *values), wire.ROWS)
        if not is_known:
            changed = "a trigger, or a type that is not as declared, changed the key of a row"
            raise Db(f"{self._meta.table.name}: {changed}, so that nothing was written")
        return str(letters).encode()

    def _written_singly(self, chunk: Chunk, batch: Batch) -> bytes:
        """Write row after row, where a trigger may keep one out or change its key."""
        statement, values = self._statement(batch, "single")
        params = [(*row, *values) for row in zip(*batch.columns, strict=True)]
        results = wire.send_each(self._connection, statement, params)
        letters = [(b"i" if is_new[0] else b"u") if is_new else b"s" for is_new in results]
        untold = [at for at, letter in enumerate(letters) if letter == b"s"]
        if untold and self._way is Way.SINGLY:
            self._check_there(chunk, batch, untold)
        return b"".join(letters)

    def _check_there(self, chunk: Chunk, batch: Batch, places: list[int]) -> None:
        """Raise Db where one of the rows that were not written is not there either."""
        statement, _ = self._statement(batch, "probe")
        params = [tuple(column[at] for column in batch.columns) for at in places]
        with self._executor._undone() as undone:
            found = wire.send_each(undone._acquire(), statement, params)
        for at, is_there in zip(places, found, strict=True):
            if not is_there:
                raise _kept_out(self._meta, f"rows[{chunk.first + batch.positions[at]}]")

    def _statement(self, batch: Batch, form: Form) -> tuple[Statement, tuple[Any, ...]]:
        return _statement(self._meta, self._key, batch.fields, form, self._sees_old)


@lru_cache(maxsize=4096)
def _statement(
    meta: ModelMeta,
    key: tuple[FieldMeta, ...],
    fields: tuple[FieldMeta, ...],
    form: Form,
    sees_old: bool,  # noqa: FBT001 - a key of the cache
) -> tuple[Statement, tuple[Any, ...]]:
    """Return the statement that writes rows which give these fields, and the values beside theirs."""
    refs = tuple(field.ref for field in fields)
    version = version_among(meta, fields)
    changed = [field.ref for field in fields if field not in key and field is not version and _is_changed(field)]
    assignments, values = overwriting(meta.table, changed) if changed else ((), ())
    if form == "probe":
        assignments, values, changed, version = ((key[0].ref, key[0].ref),), (), [], None
    shape = UpsertShape(
        table=meta.table.ref,
        columns=refs,
        values=arrays_of(refs) if form == "arrays" else tuple(ref.type.parameter for ref in refs),
        key=tuple(field.ref for field in key),
        assignments=assignments,
        compared=tuple(changed),
        version=None if version is None else version.ref,
        sees_old=sees_old,
        is_single=form != "arrays",
        overriding=meta.table.is_numbered_always(refs),
    )
    return statement_of(shape), values


def _is_changed(field: FieldMeta) -> bool:
    """Whether an upsert sets the field where the row is there: its primary key stays, and so does its number."""
    return not field.primary_key and field.generated != "identity always"


def _kept_out(meta: ModelMeta, rows: str) -> Db:
    return Db(f"{meta.table.name}: a trigger kept {rows} from being written, so that none was")
