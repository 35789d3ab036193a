"""The repository: the verbs of one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from ferra_sync._database.many.copy_in import copy_in
from ferra_sync._database.many.insert_many import insert_many
from ferra_sync._database.pages import Page
from ferra_sync._database.progress import Progress
from ferra_sync._database.transaction import Executor, Transaction
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
from ferra_sync.errors import NotFound, QueryError
from ferra_sync.functions._aggregates import count

if TYPE_CHECKING:
    from ferra_sync._database.many.finding import Missing
    from ferra_sync._database.many.outcomes import Outcomes
    from ferra_sync._database.many.upsert_many import Duplicates
    from ferra_sync._repository.import_csv import CsvFile, ImportReport, OnConflict, OnError


class _Keyed(Keyed[K_co], Protocol[M, K_co]):
    """`PgRepository[M]`, whose keys are of type K."""

    db: Executor
    _meta: ModelMeta
    _statements: ModelStatements

    def _find_by_id(self, executor: Executor, id: object) -> M: ...
    def _update_row(self, executor: Executor, id: object, data: M) -> M: ...
    def _delete_row(self, executor: Executor, id: object) -> None: ...


class _Tabled(Tabled[S_co], Protocol[M, S_co]):
    """`PgRepository[M]`, whose models are of the table S."""

    _all: Select[Any, Any, M]
    db: Executor
    _meta: ModelMeta
    _statements: ModelStatements

    def _write(self, executor: Executor, data: M, *, or_update: bool = False) -> M: ...


class PgRepository(RowBodies[M]):
    """The repository of one model over PostgreSQL: cheap to make, immutable, safe to share between threads.

    A subclass adds what its table is asked for, over `self.db`.

    Attributes:
        model: the class of its rows.
        db: the `Database` or `Transaction` that it works on.

    Every method raises `Db` where the database says no for another reason than those listed.

    Raises:
        SchemaError: the model does not agree with its table.
        QueryError: the table has no primary key, or the model lacks a column of it.
    """

    __slots__ = ("_all", "db")

    db: Executor
    _all: Select[Any, Any, M]

    def __init__(self, model: type[M], db: Executor) -> None:
        if not isinstance(db, Executor):
            raise QueryError(f"a repository is over a Database or a Transaction, not {named(db)}")
        self._all = select(cast("Any", model))  # mypy does not see a type[M] as the class it is
        super().__init__(model)
        self.db = db

    def __repr__(self) -> str:
        return f"<PgRepository of {self.model.__name__} on {self._meta.table.name}>"

    # The ten methods of ferra-db: each body serves the database and a transaction

    def find_by_id(self: _Keyed[M, K], id: Key[K]) -> M:
        """Return the row with this primary key; a tuple where the key has several columns.

        Raises:
            NotFound: there is none.
        """
        return self._find_by_id(self.db, id)

    def find_by_id_in_tx(self: _Keyed[M, K], tx: Transaction, id: Key[K]) -> M:
        """`find_by_id`, inside a transaction."""
        return self._find_by_id(_open(tx), id)

    def find_page(self, page: int = 1, per_page: int = 20) -> Page[M]:
        """Return one page in the order of the primary key; pages count from 1.

        Raises:
            ValueError: `per_page` is less than 1.
        """
        return self.db.fetch_page(self._all, page, per_page)

    def find_page_in_tx(self, tx: Transaction, page: int = 1, per_page: int = 20) -> Page[M]:
        """`find_page`, inside a transaction; serializable, it is strict."""
        return _open(tx).fetch_page(self._all, page, per_page)

    def insert(self, data: M) -> M:
        """Insert a row and return it as the server has it.

        Raises:
            Conflict: a unique constraint is violated.
            ValidationError: a value is of the wrong type, or a validator rejects it.
            QueryError: the model lacks a column that must be given.
        """
        return self._write(self.db, data)

    def insert_in_tx(self, tx: Transaction, data: M) -> M:
        """`insert`, inside a transaction."""
        return self._write(_open(tx), data)

    def update(self: _Keyed[M, K], id: Key[K], data: M) -> M:
        """Set every column of the row with this key to what `data` says, and return it as the server has it.

        What `data` leaves to the server stays unchanged. An on_update column is stamped anew where `data` leaves it to
        the server or carries the stored stamp along; another value is kept. A version that `data` carries is that of
        the row, or nothing is written; the model that is returned has the next one.

        Raises:
            NotFound: there is no such row.
            Db: the row has another version than `data` (STALE_ROW).
            ValueError: `data` carries another key.
            Conflict: a unique constraint is violated.
            ValidationError: a value is of the wrong type, or a validator rejects it.
        """
        return self._update_row(self.db, id, data)

    def update_in_tx(self: _Keyed[M, K], tx: Transaction, id: Key[K], data: M) -> M:
        """`update`, inside a transaction."""
        return self._update_row(_open(tx), id, data)

    def delete(self: _Keyed[M, K], id: Key[K]) -> None:
        """Delete the row with this key.

        Raises:
            NotFound: there is none.
        """
        self._delete_row(self.db, id)

    def delete_in_tx(self: _Keyed[M, K], tx: Transaction, id: Key[K]) -> None:
        """`delete`, inside a transaction."""
        self._delete_row(_open(tx), id)

    # Beside them

    def find_all(self: _Tabled[M, S], *, order_by: Sequence[Ordering[S]] = ()) -> list[M]:
        """Return every row, in the order of the primary key where `order_by` says no other."""
        return _found(self, (), order_by)

    def find_by(
        self: _Tabled[M, S], *predicates: Expr[S | Opt[S], bool, None, Plain], order_by: Sequence[Ordering[S]] = ()
    ) -> list[M]:
        """Return the rows for which all predicates hold, in the order of the primary key if no other is given."""
        return _found(self, predicates, order_by)

    def exists(self: _Keyed[M, K], id: Key[K]) -> bool:
        """Whether there is a row with this key."""
        try:
            key = self._statements.key_values(id)
        except NotFound:
            return False
        return bool(self.db._rows(self._statements.exists, key))

    def count(self: _Tabled[M, S], *predicates: Expr[S | Opt[S], bool, None, Plain]) -> int:
        """Return the number of rows for which all predicates hold."""
        table: From[Any, Any] = from_(self._meta.table.ref.owner)
        return self.db.fetch_value(table.where(*predicates).select(count()))

    def save(self, data: M) -> M:
        """Insert the row, or where its key exists set every column, in one statement; return it as the server has it.

        What `data` leaves to the server has its default in a new row, and stays unchanged in one that is there; stamps
        and versions are as in `update`, and a new row has the version that `data` carries.

        Raises:
            Db: the row that is there has another version than `data` (STALE_ROW).
            Conflict: a unique constraint other than the primary key is violated.
            ValidationError: a value is of the wrong type, or a validator rejects it.
            QueryError: the model lacks a column that must be given.
        """
        return self._write(self.db, data, or_update=True)

    def insert_many(self, rows: Iterable[M], *, progress: Progress | None = None) -> list[M]:
        """Insert rows, any number of them, all or none; return them as the server has them, in the order given.

        The iterable is read as it is written, 10,000 rows at a time, and may use the same transaction.
        Keys whose default is `gen_random_uuid()` are made here in the same way: random UUIDs of version 4.
        Where triggers run before each row, PostgreSQL before 17 is sent an INSERT a row, in a pipeline.

        Raises:
            Conflict: a unique constraint is violated.
            ValidationError: a value is of the wrong type, or a validator rejects it.
            QueryError: the model lacks a column that must be given.
        """
        return insert_many(self.db, self._meta, _several("insert_many", rows), progress=progress)

    def upsert_many(
        self: _Tabled[M, S],
        rows: Iterable[M],
        *,
        on: Sequence[Column[S, Any, Any]] | None = None,
        duplicates: Duplicates = "refuse",
        progress: Progress | None = None,
    ) -> Outcomes:
        """Insert rows, or set what differs where their key is there, any number of them, all or none.

        Return what became of each, in the order given. A row that is there and says the same is not written, nor
        stamped; what a row leaves to the server has its default in a new row and stays in one that is there, as do
        primary keys. A row that leaves the key itself to the server is new. The iterable is read as it is written,
        10,000 rows at a time, and may use the same transaction. Where triggers run before each row, and for views, a
        statement a row is sent, in a pipeline; views and tables with partitions need PostgreSQL 18.

        Args:
            rows: the rows.
            on: the columns by which a row is there: a declared unique key. Without it, the primary key.
            duplicates: `"refuse"` rows of one key, wherever they are, for which all keys are remembered; or write one
                after the other, so that the `"last"` wins, and each has its own outcome.
            progress: called with the number of rows done, after each 10,000 and at the end.

        Raises:
            Conflict: another unique constraint is violated.
            ValidationError: a value is of the wrong type, a validator rejects it, a value of the key is None, or two
                rows have one key.
            QueryError: the model lacks a column that must be given or one of `on`, or `on` is no unique key.
        """
        from ferra_sync._database.many.upsert_many import upsert_many  # noqa: PLC0415 - not for all to load

        key = self._statements.conflict_key(on)
        given = _several("upsert_many", rows)
        return upsert_many(self.db, self._meta, given, key, duplicates=duplicates, progress=progress)

    def update_many(
        self: _Tabled[M, S],
        rows: Iterable[M],
        *,
        columns: Sequence[Column[S, Any, Any]] | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Set the rows with these keys each to values of its own, any number of them, all or none; return how many.

        What a row leaves to the server stays unchanged; stamps are as in `update`. The iterable is read as it is
        written, 10,000 rows at a time, and may use the same transaction. The number is less than that of the rows where
        a trigger or a policy keeps some as they are.

        Args:
            rows: the rows.
            columns: those that are written, and no other but stamps. Without it, all of the model.
            progress: called with the number of rows done, after each 10,000 and at the end.

        Raises:
            NotFound: there is no row with one of the keys.
            Conflict: a unique constraint is violated.
            ValidationError: a value is of the wrong type, a validator rejects it, a row leaves its key to the server,
                or two rows have one key.
            QueryError: `columns` are none of the model that an UPDATE sets.
        """
        from ferra_sync._database.many.update_many import update_many  # noqa: PLC0415

        written = self._statements.written(columns)
        return update_many(self.db, self._meta, _several("update_many", rows), written, progress)

    def delete_many(self: _Keyed[M, K], keys: Iterable[Key[K]], *, progress: Progress | None = None) -> int:
        """Delete the rows with these keys, any number of them, all or none; return how many there were.

        A key without a row, or a second time, is no error. The iterable is read as it is written, 10,000 keys at a
        time, and may use the same transaction.

        Raises:
            QueryError: a key has the wrong type or number of values; it says which.
        """
        from ferra_sync._database.many.finding import delete_many  # noqa: PLC0415

        return delete_many(self.db, self._meta, _several("delete_many", keys), self._statements.key_values, progress)

    def find_many(
        self: _Keyed[M, K],
        keys: Iterable[Key[K]],
        *,
        missing: Missing = "refuse",
        progress: Progress | None = None,
    ) -> list[M]:
        """Return the rows with these keys, in the order of the keys: one for each, a second time too.

        A statement is sent for each 10,000 keys; a transaction that is REPEATABLE READ makes them one moment's.

        Args:
            keys: the primary keys; tuples where a key has several columns.
            missing: `"refuse"` a key that has no row, or `"omit"` it.
            progress: called with the number of keys done, after each 10,000 and at the end.

        Raises:
            NotFound: there is no row with one of the keys.
            QueryError: a key has the wrong type or number of values; it says which.
        """
        from ferra_sync._database.many.finding import find_many  # noqa: PLC0415

        given, key_values = _several("find_many", keys), self._statements.key_values
        return find_many(self.db, self._meta, given, key_values, missing=missing, progress=progress)

    def copy_in(self, rows: Iterable[M], *, progress: Progress | None = None) -> int:
        """COPY rows, any number of them, all or none; return how many. The iterable is read as it is sent.

        In a transaction the iterable and `progress` cannot use this transaction, whose connection is busy, and a
        failure undoes the COPY alone. On a database they may use another connection, where the pool has one.

        Raises:
            Conflict: a unique constraint is violated.
            ValidationError: a value is of the wrong type, or a validator rejects it.
            QueryError: the model lacks a column that must be given, or rows leave different columns to the server.
        """
        return copy_in(self.db, self._meta, _several("copy_in", rows), progress)

    def import_csv(
        self,
        path: CsvFile,
        *,
        on_error: OnError = "raise",
        on_conflict: OnConflict = "raise",
        delimiter: str = ",",
        progress: Progress | None = None,
    ) -> ImportReport:
        """Validate each line of a CSV file in UTF-8 and insert the good ones, in one transaction and flat memory.

        The first line names the fields, as `to_dict` does. A value that is nothing is NULL; where the column is not
        nullable it is an empty text, and of another type the field's default.

        Args:
            path: a path, or a file that is open for bytes.
            on_error: `"raise"`: a bad line undoes the import; `"collect"`: bad lines are reported, be it that a
                value is wrong, a validator says no or the database does, and the rest is imported.
            on_conflict: `"raise"`: a line that a unique constraint refuses is a bad line; `"skip"`: it is left out.
            delimiter: `","`, `";"`, a tab or `"|"`.
            progress: hears now and then how many rows are done.

        Raises:
            ValidationError: the header names an unknown or a secret field or lacks one; or a line is bad: `.line`.
            Conflict, Db: the database refused a row: `.line`.
            QueryError: the model lacks a column that must be given.
            OSError: the file cannot be read.
        """
        from ferra_sync._repository.import_csv import import_csv  # noqa: PLC0415 - for those who read files

        return import_csv(
            self.db,
            self._meta,
            path,
            on_error=on_error,
            on_conflict=on_conflict,
            delimiter=delimiter,
            progress=progress,
        )


def _found(repository: _Tabled[M, Any], predicates: tuple[AnyExpr, ...], order_by: Sequence[Ordering[Any]]) -> list[M]:
    query = repository._all.where(*predicates).order_by(*_several("order_by", order_by))
    return repository.db.fetch_all(query.in_stable_order())


def _several(what: str, given: Iterable[T]) -> Iterable[T]:
    if not isinstance(given, Iterable):
        raise QueryError(f"{what} takes several, as a list, not {named(given)}: put it into brackets, […]")
    return given


def _open(tx: Transaction) -> Transaction:
    """Return what is a transaction: over a `Database` the statement would be committed by itself."""
    if not isinstance(tx, Transaction):
        raise QueryError(f"a Transaction is needed, as db.transaction() gives it, not {named(tx)}")
    return tx
