"""Many clients on a server of several processes and threads: what each is answered, and what is left of connections.

python tests/integrations/load.py --requests 10000 --clients 32 --preload
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LISTENING = re.compile(r"Listening at: (http://[\d.:]+)")


class Load(NamedTuple):
    """What came of a load: how often each status was answered, by method, and what went wrong on the way."""

    statuses: Counter[tuple[str, int]]
    failures: list[str]
    seconds: float

    @property
    def server_errors(self) -> int:
        return sum(count for (_, status), count in self.statuses.items() if status >= 500)


@contextmanager
def served(database_url: str, *, preload: bool, workers: int = 2, threads: int = 8) -> Iterator[str]:
    """Serve the application by gunicorn, and yield its address."""
    paths = os.pathsep.join((str(ROOT), str(HERE)))
    environment = os.environ | {"DATABASE_URL": database_url, "PYTHONPATH": paths}
    if preload:
        environment["FERRA_TEST_OPEN_EARLY"] = "1"
    command = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--threads", str(threads)]
    command += ["--bind", "127.0.0.1:0", "--no-control-socket", *(["--preload"] if preload else [])]
    command += ["--chdir", str(HERE), "served_app:application"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, encoding="utf-8") as server:
        try:
            said = [""]
            while not (found := LISTENING.search(said[-1])):
                said.append(server.stderr.readline() if server.stderr else "")
                if not said[-1]:
                    raise RuntimeError("".join(said))
            yield found[1]
        finally:
            server.terminate()
            server.communicate()


def loaded(address: str, clients: int, requests: int) -> Load:
    """Let each client send its share of requests on a connection of its own, and tell what was answered."""
    began = time.monotonic()
    with ThreadPoolExecutor(clients) as threads:
        shares = [requests // clients + (number < requests % clients) for number in range(clients)]
        parts = list(threads.map(lambda number: _client(address, number, shares[number]), range(clients)))
    statuses = sum((part[0] for part in parts), Counter())
    return Load(statuses, [failure for part in parts for failure in part[1]], time.monotonic() - began)


def _client(address: str, number: int, requests: int) -> tuple[Counter[tuple[str, int]], list[str]]:
    statuses: Counter[tuple[str, int]] = Counter()
    failures: list[str] = []
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    here = "/films/1"
    for at in range(requests):
        method, path, body = _request(number, at, here)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{method} {path}: {error!r}")
            connection.close()
            continue
        statuses[method, answer.status] += 1
        here = answer.headers.get("Location", here) if method == "POST" else here
    connection.close()
    return statuses, failures


def _request(number: int, at: int, here: str) -> tuple[str, str, str | None]:
    """Return the next request of a client: a row is made, read, changed, found in a list, refused and deleted."""
    title = f"Film {number} of {at // 8}"
    return (
        ("POST", "/films", json.dumps({"title": title, "release_year": 1900 + at % 100})),
        ("GET", here, None),
        ("PATCH", here, json.dumps({"archived": True})),
        ("GET", f"/films?title={number}&sort=-title&per_page=5", None),
        ("POST", "/films", json.dumps({"title": title, "archived": 1})),
        ("PUT", here, json.dumps({"title": f"{title}, again"})),
        ("GET", "/products?limit=3", None),
        ("DELETE", here, None) if at % 16 == 15 else ("GET", "/films/0", None),
    )[at % 8]


def main() -> None:
    """Run a load on a server of our own, and print what came of it."""
    from databases import fresh_database, server_in_memory  # noqa: PLC0415 - beside the tests

    from ferra_sync import Database  # noqa: PLC0415
    from ferra_sync.migrations import Migrations  # noqa: PLC0415

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=10_000)
    options.add_argument("--clients", type=int, default=32)
    options.add_argument("--preload", action="store_true")
    chosen = options.parse_args()
    with server_in_memory() as server, fresh_database(server.url) as url:
        with Database.connect(url) as db:
            Migrations(ROOT / "migrations").run(db)
        with served(url, preload=chosen.preload) as address:
            load = loaded(address, chosen.clients, chosen.requests)
        for (method, status), count in sorted(load.statuses.items()):
            print(f"{method:7}{status}{count:8}")  # noqa: T201
        total, seconds = load.statuses.total(), load.seconds
        print(f"{total} answers in {seconds:.1f} s, {total / seconds:.0f}/s")  # noqa: T201
        print(f"{load.server_errors} of 500 and more, {len(load.failures)} connections lost")  # noqa: T201


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    main()
