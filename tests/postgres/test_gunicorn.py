"""`gunicorn --preload`: the database is made once, then come the forks, and each worker has threads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "3", "--threads", "4", "--bind", "127.0.0.1:0"]
LISTENING = re.compile(r"Listening at: (http://[\d.:]+)")


@contextmanager
def served(database_url):
    """Serve the example, and yield its address."""
    environment = os.environ | {"DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    command = [*COMMAND, "--no-control-socket", "--chdir", str(ROOT / "examples"), "wsgi:application"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, encoding="utf-8") as server:
        try:
            said = []
            while not (found := LISTENING.search((said or [""])[-1])):
                said.append(server.stderr.readline())
                assert said[-1], "".join(said)
            yield found[1]
        finally:
            server.terminate()
            server.communicate()


def asked(address):
    with urlopen(address, timeout=60) as answer:
        return answer.read().decode()


def test_forked_workers_with_threads_give_right_answers_over_connections_of_their_own(db):
    with db.connection() as connection:
        connection.execute("INSERT INTO films (title) SELECT 'Film ' || n FROM generate_series(1, 50) AS n")
    with served(db.config.url) as address, ThreadPoolExecutor(8) as threads:
        numbers = [n % 50 + 1 for n in range(300)]
        titles = threads.map(lambda n: asked(f"{address}/films/{n}"), numbers)
        backends = threads.map(lambda _: asked(f"{address}/backend"), range(150))
        assert list(titles) == [f"Film {n}" for n in numbers]
        workers = defaultdict(set)
        for worker, backend in map(str.split, backends):
            workers[worker].add(backend)
        with pytest.raises(HTTPError, match="404"):
            asked(f"{address}/films/51")
    assert len(workers) > 1
    assert sum(map(len, workers.values())) == len(set.union(*workers.values()))
    with psycopg.connect(db.config.url) as connection:
        assert connection.execute("SELECT count(*) FROM films").fetchone() == (50,)
