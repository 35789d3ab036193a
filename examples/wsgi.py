"""A web application whose workers are forked after the database was made: each opens connections of its own.

    ferra migration run
    PYTHONPATH=. gunicorn --preload --workers 3 --threads 4 --chdir examples wsgi:application

`/films/1` is a film's title, `/backend` names the worker and the server's process behind its answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ferra_sync import Database, DatabaseConfig, NotFound, PgRepository
from schema import Film

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

db = Database.connect(config=DatabaseConfig(max_connections=4))  # DATABASE_URL; the limit holds for each worker
films = PgRepository(Film, db)
films.count()  # the parent's connections are used, too


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    try:
        status, body = "200 OK", answer(str(environ["PATH_INFO"]))
    except (NotFound, ValueError):
        status, body = "404 Not Found", "there is no such film"
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [body.encode()]


def answer(path: str) -> str:
    if path == "/backend":
        with db.connection() as connection:
            return f"{os.getpid()} {connection.info.backend_pid}"
    return films.find_by_id(int(path.removeprefix("/films/"))).title
