"""The repository of one model over MongoDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, Protocol

from bson.int64 import Int64
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from ferra_sync._database.pages import Page, counted, page_number
from ferra_sync._database.runner import stale
from ferra_sync._database.slices import Slice
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import SERVER_DEFAULT
from ferra_sync._expression.sqltypes import MAX_BIGINT
from ferra_sync._expression.typevars import K, K_co, S, S_co, T
from ferra_sync._expression.values import Value
from ferra_sync._model.model import M, ModelMeta
from ferra_sync._model.rows import check_insertable, checked_rows, checked_values
from ferra_sync._mongodb.connection import MongoConnection, asked
from ferra_sync._mongodb.filters import Filter, filter_of
from ferra_sync._mongodb.keyset import Key as SortKey
from ferra_sync._mongodb.keyset import keys_of, keyset_pages
from ferra_sync._mongodb.layout import ID, Document, Making
from ferra_sync._mongodb.rows import ModelDocuments, Values, documents_of
from ferra_sync._mongodb.transaction import MongoTransaction, transaction_on
from ferra_sync._query.checks import named
from ferra_sync._repository.protocol import Key, Keyed, Ordering, Tabled
from ferra_sync.errors import Conflict, NotFound, QueryError

COUNTERS: Final = "ferra_counters"
"""The collection of the numbers that serial and identity columns have reached."""


class _Keyed(Keyed[K_co], Protocol[M, K_co]):
    """`MongoRepository[M]`, whose keys are of type K."""

    def _find(self, tx: MongoTransaction | None, id: object) -> M: ...
    def _update(self, tx: MongoTransaction | None, id: object, data: M) -> M: ...
    def _delete(self, tx: MongoTransaction | None, id: object) -> None: ...
    def _exists(self, id: object) -> bool: ...


class _Tabled(Tabled[S_co], Protocol[M, S_co]):
    """`MongoRepository[M]`, whose models are of the table S."""

    def _found(self, predicates: Sequence[AnyExpr], order_by: Iterable[object]) -> list[M]: ...
    def _count(self, predicates: Sequence[AnyExpr]) -> int: ...
    def _slice(self, limit: int, after: str | None, before: str | None, order_by: Iterable[object]) -> Slice[M]: ...


class MongoRepository(Value, Generic[M]):
    """The repository of one model over MongoDB: cheap to make, immutable, safe to share between threads.

    Attributes:
        model: the class of its rows.

    Every method raises `Db` where the server says no for another reason than those listed.

    Raises:
        SchemaError: the table has a column, a default or a name that MongoDB cannot keep.
        QueryError: the model lacks a column of the primary key.
    """

    __slots__ = ("_connection", "_documents", "model")

    model: type[M]
    _connection: MongoConnection
    _documents: ModelDocuments

    def __init__(self, model: type[M], connection: MongoConnection) -> None:
        self.model = model
        self._connection = connection
        self._documents = documents_of(ModelMeta.of(model))

    def __repr__(self) -> str:
        return f"<MongoRepository of {self.model.__name__} on {self._documents.layout.collection}>"

    # The ten methods: each body serves the database and a transaction

    def find_by_id(self: _Keyed[M, K], id: Key[K]) -> M:
        """Return the row with this primary key; a tuple where the key has several columns; NotFound without one."""
        return self._find(None, id)

    def find_by_id_in_tx(self: _Keyed[M, K], tx: MongoTransaction, id: Key[K]) -> M:
        """`find_by_id`, inside a transaction."""
        return self._find(_open(tx), id)

    def find_page(self, page: int = 1, per_page: int = 20) -> Page[M]:
        """Return one page in the order of the primary key; pages count from 1; ValueError: `per_page` is below 1."""
        return self._page(None, page, per_page)

    def find_page_in_tx(self, tx: MongoTransaction, page: int = 1, per_page: int = 20) -> Page[M]:
        """`find_page`, inside a transaction."""
        return self._page(_open(tx), page, per_page)

    def insert(self, data: M) -> M:
        """Insert a row and return it as it is stored.

        Raises:
            Conflict: a unique index is violated.
            ValidationError: a value is of the wrong type, or a validator rejects it.
            QueryError: the model lacks a column that must be given.
        """
        return self._insert(None, data)

    def insert_in_tx(self, tx: MongoTransaction, data: M) -> M:
        """`insert`, inside a transaction."""
        return self._insert(_open(tx), data)

    def update(self: _Keyed[M, K], id: Key[K], data: M) -> M:
        """Set every column of the row with this key to what `data` says, and return it as it is stored.

        What `data` leaves to the server stays unchanged; stamps and versions are as in `PgRepository`.

        Raises:
            NotFound: there is none.
            Db: the row has another version than `data` (STALE_ROW).
            ValueError: `data` carries another key.
            Conflict, ValidationError: as in `insert`.
        """
        return self._update(None, id, data)

    def update_in_tx(self: _Keyed[M, K], tx: MongoTransaction, id: Key[K], data: M) -> M:
        """`update`, inside a transaction."""
        return self._update(_open(tx), id, data)

    def delete(self: _Keyed[M, K], id: Key[K]) -> None:
        """Delete the row with this key; NotFound without one."""
        self._delete(None, id)

    def delete_in_tx(self: _Keyed[M, K], tx: MongoTransaction, id: Key[K]) -> None:
        """`delete`, inside a transaction."""
        self._delete(_open(tx), id)

    # Beside them

    def find_all(self: _Tabled[M, S], *, order_by: Sequence[Ordering[S]] = ()) -> list[M]:
        """Return every row, in the order of the primary key where `order_by` says no other."""
        return self._found((), order_by)

    def find_by(
        self: _Tabled[M, S], *predicates: Expr[S | Opt[S], bool, None, Plain], order_by: Sequence[Ordering[S]] = ()
    ) -> list[M]:
        """Return the rows for which all predicates hold, in the order of the primary key if no other is given.

        Raises:
            QueryError: a predicate or an order is none that MongoDB computes as PostgreSQL does.
        """
        return self._found(predicates, order_by)

    def find_keyset(
        self: _Tabled[M, S],
        limit: int = 20,
        *,
        after: str | None = None,
        before: str | None = None,
        order_by: Sequence[Ordering[S]] = (),
    ) -> Slice[M]:
        """Return the rows after a token, or before one, or the first ones; the primary key completes the order.

        Raises:
            InvalidToken: the token is of another order or the other direction, was changed or has expired.
            QueryError: both are given; or rows are sorted by what may be NULL, is secret or is no column.
        """
        return self._slice(limit, after, before, order_by)

    def exists(self: _Keyed[M, K], id: Key[K]) -> bool:
        """Whether there is a row with this key."""
        return self._exists(id)

    def count(self: _Tabled[M, S], *predicates: Expr[S | Opt[S], bool, None, Plain]) -> int:
        """Return the number of rows for which all predicates hold."""
        return self._count(predicates)

    def save(self, data: M) -> M:
        """Insert the row, or where its key exists update it; return it as it is stored.

        No look before the write: an update that finds no row is followed by an insert, which a row that came between
        refuses; then the update finds it.

        Raises:
            Db: the row that is there has another version than `data` (STALE_ROW).
            Conflict: a unique index other than the primary key's is violated.
            ValidationError, QueryError: as in `insert`.
        """
        return self._save(data)

    def insert_many(self, rows: Iterable[M]) -> list[M]:
        """Insert rows, all or none, in one transaction; return them as they are stored, in the order given.

        Raises:
            Conflict: a unique index is violated; `.row` says by which row.
            ValidationError, QueryError: as in `insert`.
        """
        if not isinstance(rows, Iterable):
            raise QueryError(f"insert_many takes several, as a list, not {named(rows)}: put it into brackets, […]")
        return self._insert_many(list(rows))

    # The bodies

    @property
    def _collection(self) -> Collection[Document]:
        return self._connection.collection(self._documents.layout.collection)

    def _asked(self, tx: MongoTransaction | None, call: Callable[[Collection[Document], ClientSession | None], T]) -> T:
        session = None if tx is None else tx.session_on(self._connection)
        collection = self._collection
        return asked(lambda: call(collection, session), self._documents.meta.table)

    def _find(self, tx: MongoTransaction | None, id: object) -> M:
        wanted = self._by_key(self._documents.key_values(id))
        return self._only(self._asked(tx, lambda rows, session: rows.find_one(wanted, session=session)), id)

    def _page(self, tx: MongoTransaction | None, page: int, per_page: int) -> Page[M]:
        number = page_number(page, per_page)
        skipped, size = min((number - 1) * per_page, MAX_BIGINT), min(per_page, MAX_BIGINT)
        items = self._asked(
            tx,
            lambda rows, session: list(rows.find({}, session=session).sort(ID, 1).skip(skipped).limit(size)),
        )
        is_last = (bool(items) or number == 1) and len(items) < per_page
        found = None if is_last else self._asked(tx, lambda rows, session: rows.count_documents({}, session=session))
        made = [self._documents.read(each) for each in items]
        return counted(made, (number, per_page), "exact", found)

    def _insert(self, tx: MongoTransaction | None, data: M) -> M:
        check_insertable(self._documents.meta, (data,))
        values = checked_values(self._documents.meta, data, "insert")
        return self._store(tx, values)

    def _store(self, tx: MongoTransaction | None, values: Values) -> M:
        document = self._documents.inserted(values, self._making(tx))
        self._asked(tx, lambda rows, session: rows.insert_one(document, session=session))
        return self._made(document)

    def _insert_many(self, rows: Sequence[M]) -> list[M]:
        checked = checked_rows(self._documents.meta, rows)
        if not rows:
            return []
        with transaction_on(self._connection) as tx:
            making = self._making(tx)
            documents = [self._documents.inserted(values, making) for values in checked.values]
            self._asked(tx, lambda all_rows, session: all_rows.insert_many(documents, session=session))
        return [self._made(document) for document in documents]

    def _update(self, tx: MongoTransaction | None, id: object, data: M) -> M:
        key = self._documents.key_values(id)
        self._documents.check_model(data)
        values = checked_values(self._documents.meta, data, "update")
        places = self._documents.layout.key
        for place, carried, wanted in zip(places, self._documents.key_of(values), key, strict=True):
            if carried is not SERVER_DEFAULT and place.encoded(carried) != wanted:
                raise ValueError(f"{self.model.__name__} carries another key than the one that is updated")
        found = self._set(tx, key, values)
        if found is None:
            self._check_stored(tx, key, id, values)
        return self._only(found, id)

    def _set(self, tx: MongoTransaction | None, key: Values, values: Values) -> Document | None:
        """Update the row of a key, where it has the version that `values` carry; return it, None without one."""
        wanted = self._by_key(key)
        version, table = self._documents.version_in(values), self._documents.meta.table
        if version is not None and table.version is not None:
            wanted[table.version.name] = Int64(version)
        changed = self._documents.updated(values, self._making(tx))
        if not changed:
            return self._asked(tx, lambda rows, session: rows.find_one(wanted, session=session))
        return self._asked(
            tx,
            lambda rows, session: rows.find_one_and_update(
                wanted, [{"$set": changed}], return_document=ReturnDocument.AFTER, session=session
            ),
        )

    def _check_stored(self, tx: MongoTransaction | None, key: Values, id: object, values: Values) -> None:
        """Raise, of a row that was not written, that it is stale, where that is what it is."""
        wanted = self._by_key(key)
        if self._documents.version_in(values) is None:
            return
        if self._asked(tx, lambda rows, session: rows.find_one(wanted, {ID: 1}, session=session)) is not None:
            raise stale(self._documents.meta.table, id)

    def _save(self, data: M) -> M:
        meta = self._documents.meta
        check_insertable(meta, (data,))
        values = checked_values(meta, data, "save")
        carried = self._documents.key_of(values)
        if any(part is SERVER_DEFAULT for part in carried):
            return self._store(None, values)
        key = tuple(place.encoded(part) for place, part in zip(self._documents.layout.key, carried, strict=True))
        while (found := self._set(None, key, values)) is None:
            self._check_stored(None, key, carried, values)
            try:
                return self._store(None, values)
            except Conflict as error:
                if error.constraint != f"{meta.table.name}_pkey":
                    raise
        return self._made(found)

    def _delete(self, tx: MongoTransaction | None, id: object) -> None:
        wanted = self._by_key(self._documents.key_values(id))
        done = self._asked(tx, lambda rows, session: rows.delete_one(wanted, session=session))
        if done.deleted_count == 0:
            raise self._not_found(id)

    def _exists(self, id: object) -> bool:
        try:
            wanted = self._by_key(self._documents.key_values(id))
        except NotFound:
            return False
        return self._asked(None, lambda rows, _: rows.find_one(wanted, {ID: 1})) is not None

    def _count(self, predicates: Sequence[AnyExpr]) -> int:
        wanted = filter_of(self._documents.layout, predicates)
        return self._asked(None, lambda rows, _: rows.count_documents(wanted))

    def _found(self, predicates: Sequence[AnyExpr], order_by: Iterable[object]) -> list[M]:
        wanted = filter_of(self._documents.layout, predicates)
        keys = keys_of(self._documents.layout, order_by)
        documents = self._asked(None, lambda rows, _: list(rows.aggregate(_sorted(wanted, keys))))
        return [self._made(document) for document in documents]

    def _slice(self, limit: int, after: str | None, before: str | None, order_by: Iterable[object]) -> Slice[M]:
        def read(wanted: Filter, order: list[tuple[str, int]], size: int) -> list[Document]:
            return self._asked(None, lambda rows, _: list(rows.find(wanted).sort(order).limit(size)))

        pages = keyset_pages(self._documents.layout, order_by, read, self._connection.settings)
        return pages.page(self._made, limit, after, before)

    def _making(self, tx: MongoTransaction | None) -> Making:
        return Making(dt.datetime.now(dt.UTC) if tx is None else tx.moment, self._counted)

    def _counted(self, ref: ColumnRef) -> int:
        """Return the next number of a column, outside any transaction: as in PostgreSQL, there may be gaps."""
        numbers, counter = self._connection.collection(COUNTERS), f"{self._documents.layout.collection}.{ref.name}"
        while True:
            try:
                found = asked(
                    lambda: numbers.find_one_and_update(
                        {ID: counter}, {"$inc": {"value": Int64(1)}}, upsert=True, return_document=ReturnDocument.AFTER
                    ),
                    self._documents.meta.table,
                )
            except Conflict:
                continue  # Another made the counter at the same moment.
            if found is not None:
                return int(found["value"])

    def _by_key(self, key: Values) -> Filter:
        return {ID: self._documents.layout.id_of(key)}

    def _made(self, document: Document) -> M:
        made: M = self._documents.read(document)
        return made

    def _only(self, found: Document | None, id: object) -> M:
        if found is None:
            raise self._not_found(id)
        return self._made(found)

    def _not_found(self, id: object) -> NotFound:
        table = self._documents.meta.table
        return NotFound(table.name, table.shown_key(id))


def _open(tx: object) -> MongoTransaction:
    if not isinstance(tx, MongoTransaction):
        raise QueryError(f"a MongoTransaction is needed, as MongoDatabase.transaction() gives it, not {named(tx)}")
    return tx


def _sorted(wanted: Filter, keys: Sequence[SortKey]) -> list[Document]:
    """Return the stages that find and sort: whether a column is NULL goes first where its NULLs stand elsewhere."""
    order: dict[str, int] = {}
    marks: Document = {}
    for number, (place, direction, moves_nulls) in enumerate(keys):
        if place.path in order:
            continue  # Where the first is equal, so is the second.
        if moves_nulls:
            mark = f"__null_{number}"
            marks[mark] = {"$cond": [{"$eq": [{"$ifNull": [f"${place.path}", None]}, None]}, 1, 0]}
            order[mark] = direction
        order[place.path] = direction
    stages: list[Document] = [{"$match": wanted}]
    if marks:
        stages.append({"$set": marks})
    return [*stages, {"$sort": order}, *([{"$unset": list(marks)}] if marks else [])]
