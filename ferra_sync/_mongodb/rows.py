"""Rows to documents and back: what an insert stores, what an update sets, and the model that a document is read as."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import attrs

from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import SERVER_DEFAULT
from ferra_sync._expression.values import Value
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.select_list import select_list
from ferra_sync._mongodb.layout import Document, Layout, Making, layout_of
from ferra_sync._postgres.row_maker import RowMaker, row_maker
from ferra_sync._query.checks import named
from ferra_sync._query.keys import key_parts
from ferra_sync.errors import Db, DbErrorKind, NotFound, QueryError

Values = tuple[Any, ...]


@attrs.frozen(eq=False)
class ModelDocuments(Value):
    """The documents of one model."""

    meta: ModelMeta
    layout: Layout
    make_row: RowMaker

    def read(self, document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the model
        """Return the model of a document; Db, of the kind INVALID_DATA, where a value is none of its column's type."""
        try:
            return self.make_row([self.layout.value(document, ref) for ref in self.meta.refs])
        except Exception:  # noqa: BLE001 - whatever another program has stored
            table = self.meta.table.name
            problem = Db(f"a document of {table} does not fit its columns", kind=DbErrorKind.INVALID_DATA, table=table)
        raise problem  # Outside, for the other error may show the value.

    def key_values(self, key: object) -> Values:
        """Return the values of a key as they are kept.

        Raises:
            QueryError: the key has the wrong type or number of values, or one of them is None.
            NotFound: one of them is a value that its column cannot hold, so no row has this key.
        """
        columns, values = key_parts(self.meta.table, key)
        for column, value in zip(columns, values, strict=True):
            complaint = "is never None" if value is None else column.type.complaint(value)
            if complaint is not None:
                raise QueryError(
                    f"{column.ref} {complaint}"
                    if value is not None
                    else f"{column.ref} is a primary key, which is never None"
                )
        try:
            return tuple(place.encoded(value) for place, value in zip(self.layout.key, values, strict=True))
        except Db:
            problem = NotFound(self.meta.table.name, self.meta.table.shown_key(key))
        raise problem

    def inserted(self, values: Values, making: Making) -> Document:
        """Return the document of a new row; what it leaves to the server is made here."""
        given = {ref: value for ref, value in zip(self.meta.refs, values, strict=True) if value is not SERVER_DEFAULT}
        encoded: dict[ColumnRef, Any] = {}
        for ref, place in self.layout.places.items():
            value = given[ref] if ref in given else None if place.default is None else place.default(making)
            encoded[ref] = place.encoded(value)
        return self.layout.document(encoded)

    def updated(self, values: Values, making: Making) -> Document:
        """Return what an UPDATE sets, as a stage of a pipeline: each column to a value, stamps and versions anew."""
        changed: Document = {}
        for field, value in zip(self.meta.fields, values, strict=True):
            is_kept = field.primary_key or field.generated == "identity always" or field.ref is self.meta.table.version
            if value is not SERVER_DEFAULT and not is_kept:
                place = self.layout.places[field.ref]
                changed[place.path] = {"$literal": place.encoded(value)}
        for place in self.layout.places.values():
            if place.stamp is not None:
                stamp = {"$literal": place.encoded(place.stamp(making))}
                changed[place.path] = _stamped(place.path, changed.get(place.path), stamp)
            elif place.ref is self.meta.table.version:
                changed[place.path] = {"$add": [f"${place.path}", 1]}
        return changed

    def version_in(self, values: Values) -> int | None:
        """Return the version that a row carries; None where it leaves that to the server, or the model has none."""
        version = self.meta.table.version
        found = next((v for v, ref in zip(values, self.meta.refs, strict=True) if ref is version), SERVER_DEFAULT)
        return None if found is SERVER_DEFAULT else found

    def key_of(self, values: Values) -> Values:
        """Return the key among the values of a row, SERVER_DEFAULT where it leaves one to the server."""
        by_ref = dict(zip(self.meta.refs, values, strict=True))
        return tuple(by_ref[place.ref] for place in self.layout.key)

    def check_model(self, data: object) -> None:
        """Raise QueryError where `data` is of another class."""
        if type(data) is not self.meta.model:
            raise QueryError(f"the repository is of {self.meta.model.__name__}, not of {named(data)}")


def _stamped(path: str, given: Document | None, stamp: Document) -> Document:
    """Return the stamp, or what is given where the column has another value."""
    if given is None:
        return stamp
    stored = {"$ifNull": [f"${path}", None]}
    return {"$cond": [{"$eq": [stored, given]}, stamp, given]}


@lru_cache(maxsize=1024)
def documents_of(meta: ModelMeta) -> ModelDocuments:
    """Return the documents of a model.

    Raises:
        SchemaError: the table has a column that is not kept exactly in MongoDB.
        QueryError: the model lacks a column of the primary key.
    """
    _ = meta.key_fields
    return ModelDocuments(meta, layout_of(meta.table), row_maker(select_list(meta.items)))
