"""The monitor of a database, from within an application or beside it."""

from __future__ import annotations

from ferra_sync._database.database import Database
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync.monitoring._document import document
from ferra_sync.monitoring._sampler import Sampler
from ferra_sync.monitoring._web import MonitorPage


def monitor(db: Database | DatabaseConfig, *, port: int = 0) -> MonitorPage:
    """Serve a page, on the loopback, that shows what a database does; return it, with its address, at once.

    The server is looked at over a connection of its own, while somebody has the page open and once a second at most.

    Args:
        db: the database of this application, whose own statistics are shown too; or how to reach one.
        port: where; 0: where one is free.

    Raises:
        QueryError: the database is somebody else's connection.
        Db: the server cannot be reached or refuses.
        OSError: the port is taken.
    """
    if isinstance(db, DatabaseConfig):
        stats, config = None, db
    else:
        db._check_connects("monitor")
        stats, config = db.stats, db.config
    sampler = Sampler(config)
    try:
        return MonitorPage(lambda: document(sampler.watched(), stats and stats()), sampler.close, port)
    except BaseException:
        sampler.close()
        raise
