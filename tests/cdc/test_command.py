"""`ferra cdc`: what it says, what it shows, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_redis_rows import rows, selected

from ferra_sync.cdc import Position, Progress
from ferra_sync.cli import ferra
from ferra_sync.cli._cdc import line_of, size_text

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(captured, slot, valkey):
    """Runs `ferra cdc` with the database, the slot and Redis."""

    def run(verb: str, *options: str, to: str | None = None):
        given = ["--slot", slot, "--url", captured.config.url, "--to", to or valkey.url, *options]
        return CliRunner().invoke(ferra, ["cdc", verb, *given])

    return run


def test_it_copies_and_follows_and_says_how_far_it_is(captured, slot, valkey, command):
    captured.do("INSERT INTO posts VALUES (1, 'a')")
    done = command("run", "--table", "posts", "--once")
    assert done.exit_code == 0, done.output
    assert "copying: the tables are copied" in done.output
    assert "stopped · 1 copied · 0 changes · 0/s · lag 0 B" in done.output
    captured.do("INSERT INTO posts VALUES (2, 'b')")
    assert "1 changes" in command("run", "--table", "posts", "--once").output
    assert rows(valkey) == selected(captured)
    status = command("status").output.split("\t")
    assert status[:2] == [slot, "idle"]
    assert status[4].strip() == valkey.hget(f"ferra_cdc:{slot}", "position")
    assert command("drop").output == f"dropped slot {slot}\n"
    assert command("drop").output == f"there was no slot {slot}\n"
    missing = command("status")
    assert (missing.exit_code, missing.output) == (1, f"Error: there is no slot {slot}\n")


def test_rows_are_hashes_under_keys_of_one_s_own_and_of_a_model(captured, valkey, command):
    captured.do("INSERT INTO posts VALUES (1, 'a', 'text', 7)")
    model = command("run", "--model", "test_captures:Post", "--format", "hash", "--key", "posts=p:{id}", "--once")
    assert model.exit_code == 0, model.output
    assert valkey.hgetall("p:1") == {"id": "1", "title": "a", "body": "text"}


def test_changes_are_appended_to_a_stream(captured, valkey, command):
    captured.do("INSERT INTO posts VALUES (1, 'a')")
    assert command("run", "--table", "posts", "--stream", "s", "--way", "peek", "--once").exit_code == 0
    assert [entry["operation"] for _, entry in valkey.xrange("s")] == ["copy"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "a capture follows a list of tables"),
        (("--table", "nosuch"), "there is no table nosuch to follow"),
        (("--table", "posts", "--key", "posts"), "--key is a table and its keys"),
    ],
)
def test_what_it_cannot_do_is_one_line(command, options, complaint):
    done = command("run", "--once", *options)
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {complaint}")
    assert done.output.count("\n") == 1


def test_without_redis_it_says_where_to_name_one(captured, slot, monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    options = ["--slot", slot, "--url", captured.config.url, "--table", "posts"]
    assert "say --to redis://" in CliRunner().invoke(ferra, ["cdc", "run", *options]).output


def test_a_signal_ends_it_after_its_batch(captured, slot, valkey):
    command = [sys.executable, "-m", "ferra_sync.cli", "cdc", "run", "--slot", slot, "--table", "posts"]
    environment = os.environ | {"DATABASE_URL": captured.config.url, "REDIS_URL": valkey.url, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("streaming"):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said.startswith("stopped")


def test_how_far_it_is_is_a_line():
    assert line_of(Progress("waiting")) == "waiting · 0 copied · 0 changes · 0/s"
    progress = Progress("streaming", 1000, 2000, 12.4, Position(1), Position(1), 3 * 2**20, 0.0)
    assert line_of(progress).endswith("12/s · lag 3.0 MiB · last commit 1970-01-01 00:00:00 UTC")
    assert [size_text(size) for size in (0, 1023, 1536, 2**50)] == ["0 B", "1,023 B", "1.5 KiB", "1,024.0 TiB"]
