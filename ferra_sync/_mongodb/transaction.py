"""Transactions of several documents, over a session of pymongo."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from ferra_sync._expression.values import Handle
from ferra_sync._mongodb.connection import MAJORITY, SNAPSHOT, MongoConnection, asked
from ferra_sync._mongodb.errors import FAILURES, from_pymongo
from ferra_sync.errors import Db, DbErrorKind, QueryError

_UNKNOWN: Final = "UnknownTransactionCommitResult"
_REPEATED: Final = 2


class MongoTransaction(Handle):
    """An open transaction: what is read in it is one snapshot, what is written is there as a whole or not at all.

    MongoDB has no savepoints: an error of the server ends the transaction, and each further call raises `Db`.

    Attributes:
        moment: when it began, which is what `now()` is in it.
    """

    def __init__(self, connection: MongoConnection, session: ClientSession) -> None:
        self.moment: dt.datetime = dt.datetime.now(dt.UTC)
        self._connection = connection
        self._session = session
        self._process = os.getpid()
        self._is_open = True

    @property
    def is_open(self) -> bool:
        """Whether neither `commit` nor `rollback` was called."""
        return self._is_open

    def commit(self) -> None:
        """Commit; Db where the server refuses, or it cannot be told whether it has."""
        self._end()
        for _ in range(_REPEATED):
            if self._is_answered():
                return
        asked(self._session.commit_transaction)

    def _is_answered(self) -> bool:
        """Whether the server says what became of the COMMIT, which may be sent again until it does."""
        try:
            self._session.commit_transaction()
        except FAILURES as error:
            if isinstance(error, PyMongoError) and error.has_error_label(_UNKNOWN):
                return False
            problem = from_pymongo(error)
        else:
            return True
        raise problem  # Outside, for the other error may quote values.

    def rollback(self) -> None:
        """Undo all that was written."""
        self._end()
        asked(self._session.abort_transaction)

    def session_on(self, connection: MongoConnection) -> ClientSession:
        """Return the session, to be used on this connection.

        Raises:
            QueryError: the transaction is of another database.
            Db: it has ended, or belongs to another process.
        """
        if connection is not self._connection:
            raise QueryError("the transaction is of another MongoDatabase")
        self._check()
        return self._session

    def _check(self) -> None:
        if self._process != os.getpid():
            raise Db("a transaction belongs to the process that began it", kind=DbErrorKind.CLOSED_CONNECTION)
        if not self._is_open:
            raise QueryError("the transaction has ended")

    def _end(self) -> None:
        self._check()
        self._is_open = False


@contextmanager
def transaction_on(connection: MongoConnection) -> Iterator[MongoTransaction]:
    """Open a transaction that is committed at the end of the block, and rolled back where the block raises."""
    session = asked(lambda: connection.client().start_session())
    try:
        asked(lambda: session.start_transaction(SNAPSHOT, MAJORITY))
        tx = MongoTransaction(connection, session)
        yield tx
        if tx.is_open:
            tx.commit()
    finally:
        asked(session.end_session)  # An open transaction is aborted by this.
