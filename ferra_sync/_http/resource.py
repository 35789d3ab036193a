"""A resource: the rows of a table under a URL, by the six operations of REST."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Generic, Literal, TypeAlias, cast, get_args

import attrs

from ferra_sync._database.executor import Verbs
from ferra_sync._database.page_params import PageParams
from ferra_sync._expression.sentinels import UNSET
from ferra_sync._http.bodies import changeset_of, read_row
from ferra_sync._http.etags import check_match, etag_of, is_same
from ferra_sync._http.exchange import Asked, Reply
from ferra_sync._http.json_body import json_object
from ferra_sync._http.keys import check_key, key_value, parsed_key, path_of
from ferra_sync._http.listing import Listing, Wanted
from ferra_sync._model.dicts import to_json
from ferra_sync._model.model import Changeset, Insertable, M, ModelMeta
from ferra_sync._query.insert import insert_into
from ferra_sync._query.select import Select
from ferra_sync._query.select_arity import select
from ferra_sync._query.update import update
from ferra_sync._repository.protocol import Repository
from ferra_sync.errors import NotFound, QueryError, SchemaError

Operation: TypeAlias = Literal["list", "get", "create", "replace", "change", "delete"]

OPERATIONS: Final[tuple[Operation, ...]] = get_args(Operation)


@attrs.frozen(eq=False)
class Resource(Generic[M]):
    """The rows of a table as a collection; immutable, and shared by threads.

    Attributes:
        meta: of the model that is answered, and that PUT takes.
        create: what POST takes; None: the model.
        change: what PATCH takes; `Changeset` itself where there is no PATCH.
        listing: what the list may be asked for.
        operations: which there are.
    """

    meta: ModelMeta
    create: type[Insertable[Any]] | None
    change: type[Changeset[Any]]
    listing: Listing[Any]
    operations: frozenset[Operation]

    @classmethod
    def of(
        cls,
        model: type[M],
        create: type[Insertable[Any]] | None,
        change: type[Changeset[Any]] | None,
        listing: Listing[Any],
        operations: Sequence[Operation],
    ) -> Resource[M]:
        """Return the resource of a model.

        Raises:
            SchemaError: a class is of another table or none, the key is no path, a row cannot be created or replaced,
                or an operation is none.
            QueryError: the table has no primary key, or the model lacks a column of it.
        """
        meta = ModelMeta.of(model)
        if meta.purpose != "read":
            raise SchemaError(f"{model.__name__} is not read: a resource is of a FerraModel")
        check_key(meta)
        chosen = frozenset(operations)
        if not chosen or chosen - set(OPERATIONS):
            raise SchemaError(f"operations are {', '.join(OPERATIONS)}, at least one of them")
        _check_body(meta, "create", create, Insertable)
        _check_body(meta, "change", change, Changeset)
        if "create" in chosen and create is None and meta.missing:
            names = ", ".join(ref.name for ref in meta.missing)
            raise SchemaError(f"{model.__name__} lacks {names}, so no row comes of it: say create=, an Insertable")
        derived = changeset_of(meta) if change is None and "change" in chosen else Changeset
        return cls(meta, create, change or derived, listing, chosen)

    @property
    def model(self) -> type[M]:
        """The class of the rows."""
        return self.meta.model

    def list(self, repository: Repository[M], asked: Asked) -> Reply:
        """Answer GET of the collection."""
        wanted = self.listing.parse(asked.query_string)
        return Reply(200, _json(self._part(repository, wanted)))

    def get(self, repository: Repository[M], asked: Asked, segments: Sequence[str]) -> Reply:
        """Answer GET of a row; 304 where If-None-Match has it already."""
        row = repository.find_by_id(self._key(segments))
        reply = self._reply(200, row)
        if is_same(asked.if_none_match, reply.headers["ETag"]):
            return Reply(304, b"", reply.headers)
        return reply

    def post(self, repository: Repository[M], asked: Asked) -> Reply:
        """Answer POST to the collection."""
        data = json_object(asked)
        if self.create is None:
            row = repository.insert(read_row(self.model, data))
        else:
            inserting: Any = insert_into(self._table).values(read_row(self.create, data))
            row = _verbs(repository).fetch_one(inserting.returning(self.model))
        return attrs.evolve(self._reply(201, row), path=path_of(self.meta, row))

    def put(self, repository: Repository[M], asked: Asked, segments: Sequence[str]) -> Reply:
        """Answer PUT of a row that is there: what the body leaves out has the model's default."""
        key = parsed_key(self.meta, segments)
        row = read_row(self.model, json_object(asked), key)
        with self._matched(repository, asked, key) as tx:
            if tx is None:
                return self._reply(200, repository.update(key_value(key), row))
            return self._reply(200, repository.update_in_tx(tx, key_value(key), row))

    def patch(self, repository: Repository[M], asked: Asked, segments: Sequence[str]) -> Reply:
        """Answer PATCH of a row: what the body leaves out stays, null is NULL."""
        key = parsed_key(self.meta, segments)
        changes = read_row(self.change, json_object(asked))
        with self._matched(repository, asked, key) as tx:
            return self._reply(200, self._changed(tx or _verbs(repository), key_value(key), changes))

    def delete(self, repository: Repository[M], asked: Asked, segments: Sequence[str]) -> Reply:
        """Answer DELETE of a row."""
        key = parsed_key(self.meta, segments)
        with self._matched(repository, asked, key) as tx:
            if tx is None:
                repository.delete(key_value(key))
            else:
                repository.delete_in_tx(tx, key_value(key))
        return Reply(204)

    @property
    def _table(self) -> Any:  # noqa: ANN401 - a table that is a value here
        return self.meta.table.ref.owner

    @property
    def _all(self) -> Select[Any, Any, M]:
        return select(cast("Any", self.model))  # mypy does not see a type[M] as the class it is

    def _key(self, segments: Sequence[str]) -> Any:  # noqa: ANN401 - of the key's type
        return key_value(parsed_key(self.meta, segments))

    def _part(self, repository: Repository[M], wanted: Wanted) -> object:
        part = wanted.part
        if isinstance(part, PageParams) and wanted.filters is None and not wanted.orders:
            return repository.find_page(part.page, part.per_page)
        query = self._all
        if wanted.filters is not None:
            query = query.filter(wanted.filters)
        query = query.order_by(*wanted.orders)
        if isinstance(part, PageParams):
            return _verbs(repository).fetch_page(query, part.page, part.per_page)
        return _verbs(repository).fetch_keyset(query, part.limit, after=part.after, before=part.before)

    def _changed(self, executor: Verbs, key: object, changes: Changeset[Any]) -> M:
        changed: Any = update(self._table).find(key).set(changes).returning(self.model)
        if all(value is UNSET for value in ModelMeta.of(type(changes)).values(changes)):
            changed = self._all.find(key)
        return self._there(executor.fetch_optional(changed), key)

    @contextmanager
    def _matched(self, repository: Repository[M], asked: Asked, key: Mapping[str, Any]) -> Iterator[Any]:
        """Yield, where If-Match is said, a transaction that has locked the row and found it to be of that version.

        Where no rows are locked the transaction alone writes.

        Raises:
            ProblemError: 412: the row is of another version.
            NotFound: there is no row.
        """
        if asked.if_match is None:
            yield None
            return
        with _verbs(repository)._atomic() as tx:
            found = self._all.find(key_value(key))
            row = self._there(tx.fetch_optional(found.for_update() if tx._keeps_locks else found), key_value(key))
            check_match(asked.if_match, etag_of(self.meta, row, _json(row)))
            yield tx

    def _there(self, row: M | None, key: object) -> M:
        if row is None:
            raise NotFound(self.meta.table.name, self.meta.table.shown_key(key))
        return row

    def _reply(self, status: int, row: M) -> Reply:
        body = _json(row)
        return Reply(status, body, {"ETag": etag_of(self.meta, row, body)})


def _verbs(repository: Repository[Any]) -> Verbs:
    """Return what queries run on beside a repository's own methods."""
    db = getattr(repository, "db", None)
    if not isinstance(db, Verbs):
        raise QueryError(
            f"{type(repository).__name__} runs no queries: without filters, sort and keyset, create= and If-Match, and"
            " without the operation change, a resource is served by its methods alone"
        )
    return db


def _check_body(meta: ModelMeta, name: str, given: type[Any] | None, kind: type[Any]) -> None:
    if given is None:
        return
    if not (isinstance(given, type) and issubclass(given, kind)):
        raise SchemaError(f"{name} takes a class of {kind.__name__}[{meta.table.ref.owner.__name__}]")
    if ModelMeta.of(given).table.ref != meta.table.ref:
        raise SchemaError(f"{given.__name__} is of another table than {meta.model.__name__}")


def _json(value: object) -> bytes:
    return to_json(value).encode()
