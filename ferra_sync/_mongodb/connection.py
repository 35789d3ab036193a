"""The client: one for each process, made of the URL and the settings, and the one place where its calls are made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from pymongo import MongoClient, WriteConcern
from pymongo.collection import Collection
from pymongo.errors import ConfigurationError, InvalidURI, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.uri_parser import split_options

from ferra_sync._expression.typevars import T
from ferra_sync._expression.values import Handle
from ferra_sync._mongodb.errors import FAILURES, from_pymongo
from ferra_sync._mongodb.layout import Document
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.forks import at_fork
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import ConfigError, Db, DbErrorKind

SCHEMES: Final = ("mongodb://", "mongodb+srv://")
_FORM: Final = "mongodb://user:password@host:port/database, or mongodb+srv://…"
_OPTIONS: Final[CodecOptions[Document]] = CodecOptions(
    document_class=dict, uuid_representation=UuidRepresentation.STANDARD
)
_INHERITED: Final[list[object]] = []
"""Clients of the parent process: collected, they would close what is the parent's."""


class MongoConnection(Handle):
    """The client of a database, which threads share; a forked child makes its own on first use."""

    def __init__(self, settings: DatabaseConfig) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._is_closed = False
        self._client: MongoClient[Document] | None = _client(settings)
        self.name: str = _database_of(self._client)
        at_fork(self)

    def client(self) -> MongoClient[Document]:
        """Return the client; Db where the database is closed."""
        with self._lock:
            if self._is_closed:
                raise Db("the database is closed", kind=DbErrorKind.CLOSED_CONNECTION)
            if self._client is None:
                self._client = _client(self.settings)
            return self._client

    def collection(self, name: str) -> Collection[Document]:
        """Return a collection whose writes are answered when a majority has them in its journal."""
        return self.client().get_database(self.name, codec_options=_OPTIONS).get_collection(name)

    def close(self) -> None:
        """Close the client; a second time it does nothing."""
        with self._lock:
            client, self._client, self._is_closed = self._client, None, True
        if client is not None:
            client.close()

    def leave_to_parent(self) -> None:
        """In a forked child: let go of the parent's client without closing it."""
        _INHERITED.append(self._client)
        self._client = None
        self._lock = threading.Lock()


def asked(call: Callable[[], T], table: TableMeta | None = None) -> T:
    """Return what a call of pymongo returns; what it raises is one of ours, and shows none of its text."""
    try:
        return call()
    except FAILURES as error:
        problem = from_pymongo(error, table)
    raise problem  # Outside, for the other error quotes values.


def _client(settings: DatabaseConfig) -> MongoClient[Document]:
    url, milliseconds = settings.url, round(settings.connect_timeout * 1000)
    options: dict[str, Any] = {
        "appname": settings.application_name,
        "maxPoolSize": settings.max_connections,
        "minPoolSize": settings.min_connections,
        "maxIdleTimeMS": round(settings.idle_timeout * 1000),
        "waitQueueTimeoutMS": round(settings.acquire_timeout * 1000),
        "connectTimeoutMS": milliseconds,
        "serverSelectionTimeoutMS": milliseconds,
        "socketTimeoutMS": None if settings.statement_timeout is None else round(settings.statement_timeout * 1000),
        "w": "majority",
        "journal": True,
        "readConcernLevel": "majority",
    }
    try:
        query = url.partition("?")[2]
        said = {name.lower() for name in split_options(query, warn=False)} if query else frozenset[str]()
        own = {name: value for name, value in options.items() if name.lower() not in said and value is not None}
        return MongoClient(url, connect=False, uuidRepresentation="standard", **own)
    except (PyMongoError, ValueError, TypeError) as error:
        reason = f" ({type(error).__name__})" if isinstance(error, ConfigurationError | InvalidURI) else ""
        problem = ConfigError(f"the database's URL cannot be used{reason}; it is {_FORM}")
    raise problem  # Outside, for the other error quotes the URL.


def _database_of(client: MongoClient[Document]) -> str:
    try:
        return client.get_default_database().name
    except (PyMongoError, TypeError):
        problem = ConfigError(f"the database's URL names no database; it is {_FORM}")
    raise problem


SNAPSHOT: Final = ReadConcern("snapshot")
MAJORITY: Final = WriteConcern(w="majority", j=True)
