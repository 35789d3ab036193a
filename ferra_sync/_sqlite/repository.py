"""The repository of one model over SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, cast

from ferra_sync._database.many.finding import Missing, delete_many, find_many
from ferra_sync._database.many.outcomes import Outcomes
from ferra_sync._database.many.upsert_many import Duplicates
from ferra_sync._database.pages import Page
from ferra_sync._database.progress import Progress
from ferra_sync._expression.column import Column
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.typevars import K, K_co, S, S_co, T
from ferra_sync._model.model import M, ModelMeta
from ferra_sync._query.checks import named
from ferra_sync._query.from_clause import From, from_
from ferra_sync._query.select import Select
from ferra_sync._query.select_arity import select
from ferra_sync._repository.bodies import RowBodies
from ferra_sync._repository.protocol import Key, Keyed, Ordering, Tabled
from ferra_sync._repository.statements import ModelStatements
from ferra_sync._sqlite.many import ManyRows
from ferra_sync._sqlite.storage import storage_of
from ferra_sync._sqlite.transaction import SqliteTransaction
from ferra_sync._sqlite.verbs import SqliteVerbs
from ferra_sync.errors import NotFound, QueryError
from ferra_sync.functions._aggregates import count


class _Keyed(Keyed[K_co], Protocol[M, K_co]):
    """`SqliteRepository[M]`, whose keys are of type K."""

    db: SqliteVerbs
    _meta: ModelMeta
    _statements: ModelStatements

    def _find_by_id(self, executor: SqliteVerbs, id: object) -> M: ...
    def _update_row(self, executor: SqliteVerbs, id: object, data: M) -> M: ...
    def _delete_row(self, executor: SqliteVerbs, id: object) -> None: ...
    def _exists(self, id: object) -> bool: ...


class _Tabled(Tabled[S_co], Protocol[M, S_co]):
    """`SqliteRepository[M]`, whose models are of the table S."""

    _statements: ModelStatements

    def _many(self, progress: Progress | None) -> ManyRows: ...
    def _found(self, predicates: tuple[AnyExpr, ...], order_by: Sequence[Ordering[Any]]) -> list[M]: ...
    def _count(self, predicates: tuple[AnyExpr, ...]) -> int: ...


class SqliteRepository(RowBodies[M]):
    """The repository of one model over SQLite: cheap to make, immutable, safe to share between threads.

    Attributes:
        model: the class of its rows.
        db: the `SqliteDatabase` or `SqliteTransaction` that it works on.

    Every method raises `Db` where the database says no for another reason than those listed.

    Raises:
        SchemaError: the model does not agree with its table.
        QueryError: the table has no primary key, the model lacks a column of it, or SQLite does not keep a column.
    """

    __slots__ = ("_all", "db")

    db: SqliteVerbs
    _all: Select[Any, Any, M]

    def __init__(self, model: type[M], db: SqliteVerbs) -> None:
        if not isinstance(db, SqliteVerbs):
            raise QueryError(f"this repository is over a SqliteDatabase or a SqliteTransaction, not {named(db)}")
        self._all = select(cast("Any", model))  # mypy does not see a type[M] as the class it is
        super().__init__(model)
        self.db = db
        for ref in self._meta.refs:
            storage_of(ref.type)

    def __repr__(self) -> str:
        return f"<SqliteRepository of {self.model.__name__} on {self._meta.table.name}>"

    # The ten methods: each body serves the database and a transaction

    def find_by_id(self: _Keyed[M, K], id: Key[K]) -> M:
        """Return the row with this primary key; a tuple where the key has several columns; NotFound without one."""
        return self._find_by_id(self.db, id)

    def find_by_id_in_tx(self: _Keyed[M, K], tx: SqliteTransaction, id: Key[K]) -> M:
        """`find_by_id`, inside a transaction."""
        return self._find_by_id(_open(tx), id)

    def find_page(self, page: int = 1, per_page: int = 20) -> Page[M]:
        """Return one page in the order of the primary key; pages count from 1; ValueError: `per_page` is below 1."""
        return self.db.fetch_page(self._all, page, per_page)

    def find_page_in_tx(self, tx: SqliteTransaction, page: int = 1, per_page: int = 20) -> Page[M]:
        """`find_page`, inside a transaction."""
        return _open(tx).fetch_page(self._all, page, per_page)

    def insert(self, data: M) -> M:
        """Insert a row and return it as the database has it.

        Raises:
            Conflict: a unique constraint is violated.
            ValidationError: a value is of the wrong type, or a validator rejects it.
            QueryError: the model lacks a column that must be given.
        """
        return self._write(self.db, data)

    def insert_in_tx(self, tx: SqliteTransaction, data: M) -> M:
        """`insert`, inside a transaction."""
        return self._write(_open(tx), data)

    def update(self: _Keyed[M, K], id: Key[K], data: M) -> M:
        """Set every column of the row with this key to what `data` says; stamps and versions are as in `PgRepository`.

        Raises:
            NotFound: there is no such row.
            Db: the row has another version than `data` (STALE_ROW).
            ValueError: `data` carries another key.
            Conflict, ValidationError: as in `insert`.
        """
        return self._update_row(self.db, id, data)

    def update_in_tx(self: _Keyed[M, K], tx: SqliteTransaction, id: Key[K], data: M) -> M:
        """`update`, inside a transaction."""
        return self._update_row(_open(tx), id, data)

    def delete(self: _Keyed[M, K], id: Key[K]) -> None:
        """Delete the row with this key; NotFound without one."""
        self._delete_row(self.db, id)

    def delete_in_tx(self: _Keyed[M, K], tx: SqliteTransaction, id: Key[K]) -> None:
        """`delete`, inside a transaction."""
        self._delete_row(_open(tx), id)

    # Beside them

    def find_all(self: _Tabled[M, S], *, order_by: Sequence[Ordering[S]] = ()) -> list[M]:
        """Return every row, in the order of the primary key where `order_by` says no other."""
        return self._found((), order_by)

    def find_by(
        self: _Tabled[M, S], *predicates: Expr[S | Opt[S], bool, None, Plain], order_by: Sequence[Ordering[S]] = ()
    ) -> list[M]:
        """Return the rows for which all predicates hold, in the order of the primary key if no other is given."""
        return self._found(predicates, order_by)

    def exists(self: _Keyed[M, K], id: Key[K]) -> bool:
        """Whether there is a row with this key."""
        return self._exists(id)

    def count(self: _Tabled[M, S], *predicates: Expr[S | Opt[S], bool, None, Plain]) -> int:
        """Return the number of rows for which all predicates hold."""
        return self._count(predicates)

    def save(self, data: M) -> M:
        """Insert the row, or where its key exists set every column, in one statement; return it as it is stored.

        Raises:
            Db: the row that is there has another version than `data` (STALE_ROW).
            Conflict: a unique constraint other than the primary key is violated.
            ValidationError, QueryError: as in `insert`.
        """
        return self._write(self.db, data, or_update=True)

    # Many rows: the iterables are read as they are written, 10,000 rows at a time, and may use the same transaction

    def insert_many(self, rows: Iterable[M], *, progress: Progress | None = None) -> list[M]:
        """Insert rows, any number of them, all or none; return them as they are stored, in the order given.

        `progress` is called with the number of rows done, after each 10,000 and at the end.

        Raises:
            Conflict: a unique constraint is violated; `.row` says by which row.
            ValidationError, QueryError: as in `insert`.
        """
        return self._many(progress).insert(_several("insert_many", rows))

    def upsert_many(
        self: _Tabled[M, S],
        rows: Iterable[M],
        *,
        on: Sequence[Column[S, Any, Any]] | None = None,
        duplicates: Duplicates = "refuse",
        progress: Progress | None = None,
    ) -> Outcomes:
        """Insert rows, or set what differs where their key is there, any number of them, all or none.

        Return what became of each, in the order given; which rows are new and what is written is as in `PgRepository`.

        Args:
            rows: the rows.
            on: the columns by which a row is there: a declared unique key. Without it, the primary key.
            duplicates: `"refuse"` rows of one key, or write one after the other, so that the `"last"` wins.
            progress: called with the number of rows done, after each 10,000 and at the end.

        Raises:
            Db: the row that is there has another version than one carries (STALE_ROW); `.row` says which.
            Conflict: another unique constraint is violated; `.row` says by which row.
            ValidationError: a value is of the wrong type, a validator rejects it, a value of the key is None, or two
                rows have one key.
            QueryError: the model lacks a column that must be given or one of `on`, or `on` is no unique key.
        """
        key = self._statements.conflict_key(on)
        return self._many(progress).upsert(_several("upsert_many", rows), key, duplicates)

    def update_many(
        self: _Tabled[M, S],
        rows: Iterable[M],
        *,
        columns: Sequence[Column[S, Any, Any]] | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Set the rows with these keys each to values of its own, any number of them, all or none; return how many.

        What a row leaves to the database stays unchanged; stamps and versions are as in `update`.

        Args:
            rows: the rows.
            columns: those that are written, and no other but stamps. Without it, all of the model.
            progress: called with the number of rows done, after each 10,000 and at the end.

        Raises:
            NotFound: there is no row with one of the keys; `.row` says which.
            Db: a row has another version than it carries (STALE_ROW).
            Conflict: a unique constraint is violated.
            ValidationError: a value is of the wrong type, a validator rejects it, a row leaves its key to the database,
                or two rows have one key.
            QueryError: `columns` are none of the model that an UPDATE sets.
        """
        written = self._statements.written(columns)
        return self._many(progress).update(_several("update_many", rows), written)

    def delete_many(self: _Keyed[M, K], keys: Iterable[Key[K]], *, progress: Progress | None = None) -> int:
        """Delete the rows with these keys, any number of them, all or none; return how many there were.

        A key without a row, or a second time, is no error.

        Raises:
            QueryError: a key has the wrong type or number of values; it says which.
        """
        return delete_many(self.db, self._meta, _several("delete_many", keys), self._statements.key_values, progress)

    def find_many(
        self: _Keyed[M, K],
        keys: Iterable[Key[K]],
        *,
        missing: Missing = "refuse",
        progress: Progress | None = None,
    ) -> list[M]:
        """Return the rows with these keys, in the order of the keys: one for each, a second time too.

        A statement is sent for each 10,000 keys; a transaction makes them one moment's.

        Args:
            keys: the primary keys; tuples where a key has several columns.
            missing: `"refuse"` a key that has no row, or `"omit"` it.
            progress: called with the number of keys done, after each 10,000 and at the end.

        Raises:
            NotFound: there is no row with one of the keys; `.row` says which.
            QueryError: as in `delete_many`.
        """
        given, key_values = _several("find_many", keys), self._statements.key_values
        return find_many(self.db, self._meta, given, key_values, missing=missing, progress=progress)

    def _many(self, progress: Progress | None) -> ManyRows:
        return ManyRows(self.db, self._statements, progress)

    def _found(self, predicates: tuple[AnyExpr, ...], order_by: Sequence[Ordering[Any]]) -> list[M]:
        query = self._all.where(*predicates).order_by(*order_by)
        return self.db.fetch_all(query.in_stable_order())

    def _count(self, predicates: tuple[AnyExpr, ...]) -> int:
        table: From[Any, Any] = from_(self._meta.table.ref.owner)
        return self.db.fetch_value(table.where(*predicates).select(count()))

    def _exists(self, id: object) -> bool:
        try:
            key = self._statements.key_values(id)
        except NotFound:
            return False
        return bool(self.db._rows(self._statements.exists, key))


def _several(what: str, given: Iterable[T]) -> Iterable[T]:
    if not isinstance(given, Iterable):
        raise QueryError(f"{what} takes several, as a list, not {named(given)}: put it into brackets, […]")
    return given


def _open(tx: SqliteTransaction) -> SqliteTransaction:
    """Return what is a transaction: over a database the statement would be committed by itself."""
    if not isinstance(tx, SqliteTransaction):
        raise QueryError(f"a SqliteTransaction is needed, as db.transaction() gives it, not {named(tx)}")
    return tx
