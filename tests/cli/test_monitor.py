"""`ferra monitor`: a page in the terminal, live or once, and one in a browser."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from databases import fresh_database
from psycopg.conninfo import make_conninfo
from rich.console import Console

from ferra_sync.cli._main import ferra
from ferra_sync.cli._monitor_page import _size, _time, page_of
from ferra_sync.monitoring._sampler import Watched

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "ferra_sync.cli", "monitor"]
SECRET = "zq-secret"
SCRIPT = """
CREATE TABLE makers (id integer PRIMARY KEY);
CREATE TABLE lamps (id integer PRIMARY KEY, maker integer REFERENCES makers, name text);
CREATE INDEX lamps_by_name ON lamps (name);
INSERT INTO lamps VALUES (1, NULL, 'red');
"""


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, script=SCRIPT) as url:
        yield url


def test_once_it_prints_everything_without_a_value(url: str) -> None:
    with (
        psycopg.connect(make_conninfo(url, application_name="[bold]first")) as first,
        psycopg.connect(url) as second,
    ):
        first.execute(f"UPDATE lamps SET name = '{SECRET}'".encode())
        second.pgconn.send_query(f"UPDATE lamps SET name = '{SECRET}' WHERE id = 1".encode())
        while "ShareLock" not in (said := once(url)):
            pass
        first.rollback()
        second.pgconn.get_result()
        second.close()
    for text in (
        " on PostgreSQL ",
        "connections",
        "Who waits for whom",
        "Transactions open for more than a second: none",
        "[bold]first",
        "UPDATE lamps SET name = ?",
        "pg_stat_statements is not there",
        "public.lamps",
        "maker",
        "lamps_by_name",
        "Largest tables",
    ):
        assert text in said
    assert SECRET not in said
    assert "\x1b" not in said


def once(url: str) -> str:
    done = CliRunner().invoke(ferra, ["monitor", "--once", "--url", url])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_in_a_terminal_it_is_live_until_it_is_interrupted(url: str) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
    environment = os.environ | {"TERM": "xterm"}
    command = [*COMMAND, "--every", "0.1", "--url", url]
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as shown:
        os.close(theirs)
        try:
            said = b""
            while said.count(b"Who waits for whom") < 3:
                said += os.read(ours, 65536)
            shown.send_signal(signal.SIGINT)
            while b"\x1b[?1049l" not in said:  # The screen is as it was.
                said += os.read(ours, 65536)
            shown.wait(timeout=30)
        finally:
            shown.kill()
    os.close(ours)
    assert shown.returncode == 0
    assert b"transactions/s" in said
    assert b"Traceback" not in said


def test_the_web_page_is_of_the_server_alone_until_it_is_interrupted(url: str) -> None:
    command = [*COMMAND, "--web", "--url", url]
    with subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, encoding="utf-8") as served:
        try:
            assert served.stdout is not None
            said = served.stdout.readline()
            assert said.startswith("The monitor is open on http://127.0.0.1:"), said
            address = said.split()[5]
            with urllib.request.urlopen(address) as answer:
                assert "ferra monitor" in answer.read().decode()
            with urllib.request.urlopen(address + "data.json") as answer:
                assert '"app": null' in answer.read().decode()
        finally:
            served.send_signal(signal.SIGINT)
            rest = served.stdout.read() if served.stdout else ""
    assert (served.returncode, rest) == (0, "Closed.\n")


def test_a_port_that_is_taken_is_named(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(ferra, ["monitor", "--web", "--port", port, "--url", url])
    assert (done.exit_code, done.stderr) == (1, f"Error: port {port} cannot be had: Address already in use\n")


@pytest.mark.parametrize("option", ["--once", "--web"])
def test_a_server_that_cannot_be_reached_is_one_line(url: str, option: str) -> None:
    wrong = make_conninfo(url, dbname="nosuch")
    done = CliRunner().invoke(ferra, ["monitor", option, "--url", wrong])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert CliRunner().invoke(ferra, ["monitor", option, "--url", "mysql+x:"]).exit_code == 1


def test_a_server_that_goes_away_is_said_above_what_was_known() -> None:
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(page_of(Watched(None, (), "it is away"), 5))
    assert captured.get().strip() == "The server does not answer: it is away"


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0 B"), (1023, "1023 B"), (1024, "1 kB"), (5 * 2**30, "5 GB"), (2**61, "2097152 TB")]
)
def test_sizes_are_in_units_of_1024(size: int, shown: str) -> None:
    assert _size(size) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, ""), (0.0123, "12.3 ms"), (1, "1.0 s"), (119.94, "119.9 s"), (7200, "120 min")]
)
def test_times_are_in_units_that_are_short(seconds: float | None, shown: str) -> None:
    assert _time(seconds) == shown
