"""A database that is never closed: the program ends as it would have, at once and without a word."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

USE = """
import sys, threading
from ferra_sync import Database, DatabaseConfig

{open}

def work():
    for _ in range(20):
        db.ping()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
{end}
"""
EMBEDDED = "db = Database.embedded(config=DatabaseConfig(min_connections=10))"
CONNECTED = "db = Database.connect(sys.argv[1])"
DAEMON = """
for thread in threads:
    thread.join()
seen = threading.Event()
def forever():
    while True:
        db.ping()
        seen.set()
threading.Thread(target=forever, daemon=True).start()
seen.wait()
"""


def run(source: str, url: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", source, url],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("database", "end", "code"),
    [(EMBEDDED, "", 0), (EMBEDDED, "kept = [db]; kept.append(kept); sys.exit(3)", 3), (CONNECTED, "sys.exit(3)", 3)],
)
def test_a_program_that_never_closes_its_database_ends_silently(
    server_url: str, database: str, end: str, code: int
) -> None:
    assert run(USE.format(open=database, end=end), server_url) == (code, "", "")


def test_a_program_that_ends_while_the_connections_are_being_opened_ends_silently(server_url: str) -> None:
    assert run(f"from ferra_sync import Database, DatabaseConfig; {EMBEDDED}", server_url) == (0, "", "")


def test_an_exception_that_ends_a_program_is_all_that_it_says(server_url: str) -> None:
    code, _, said = run(USE.format(open=EMBEDDED, end="raise ValueError('so')"), server_url)
    assert code == 1
    assert said.splitlines()[0] == "Traceback (most recent call last):"
    assert said.splitlines()[-1] == "ValueError: so"
    assert "pool" not in said


def test_a_daemon_thread_that_goes_on_asking_ends_with_its_program(server_url: str) -> None:
    assert run(USE.format(open=CONNECTED, end=DAEMON), server_url) == (0, "", "")


def test_what_runs_at_the_exit_finds_an_older_handlers_database_open_and_the_server_there(server_url: str) -> None:
    end = "import atexit; atexit.register(lambda: print(db.ping()))"
    assert run(USE.format(open=EMBEDDED, end=end), server_url) == (0, "None\n", "")
