"""The pool as single statements see it where no session is theirs: behind PgBouncer, timeouts are set for each."""

from __future__ import annotations

from contextlib import suppress

import attrs
import psycopg
from psycopg.pq import TransactionStatus

from ferra_sync._postgres import wire
from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.pool import Pool


@attrs.frozen
class TimedPool:
    """Lends connections in a transaction with timeouts of its own, which ends when they are released.

    Like a statement without a transaction around it, what the server has accepted is committed, whatever happens to
    its answer.

    Attributes:
        pool: where the connections are from.
        begin: the commands that open the transaction.
    """

    pool: Pool
    begin: bytes

    def acquire(self) -> PooledConnection:
        """Return a connection on which a transaction has begun.

        Raises:
            Db: there is none, or the server does not answer.
        """
        connection = self.pool.acquire()
        try:
            wire.run(connection, self.begin)
        except BaseException:
            self.pool.release(connection)
            raise
        return connection

    def release(self, connection: PooledConnection) -> None:
        """End the transaction and give the connection back.

        Raises:
            FerraDbError: what was done cannot be committed, and is undone.
        """
        try:
            if connection.closed:
                return
            if connection.info.transaction_status is TransactionStatus.INTRANS:
                wire.commit(connection)
            else:
                with suppress(psycopg.Error):  # An error is on its way that says more.
                    wire.rollback(connection)
        except psycopg.Error as error:
            raise from_psycopg(error) from error
        finally:
            self.pool.release(connection)
