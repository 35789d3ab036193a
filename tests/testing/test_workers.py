"""Several processes: one server for all of them, which ends with the run, however that ends."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from projects import ROOT, Project, parent_of

WAITING = """
import pathlib, signal

def test_waits(ferra_db):
    with ferra_db.connection() as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone()
    pathlib.Path("waits").write_text(data)  # A FIFO: who reads it knows that the test is here.
    signal.pause()
"""


def test_the_suite_of_a_project_runs_in_four_processes_on_one_server(project: Project) -> None:
    shutil.rmtree(project.path / "migrations")
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(ROOT / "examples" / "ledger", project.path, ignore=ignored, dirs_exist_ok=True)
    seen = project.path / "seen"
    seen.mkdir()
    (project.path / "conftest.py").write_text(f"""
import os, pathlib, pytest

@pytest.fixture(autouse=True, scope="session")
def seen(ferra_server, ferra_database):
    text = ferra_server.url + " " + ferra_database.config.url
    pathlib.Path({str(seen)!r}, os.environ["PYTEST_XDIST_WORKER"]).write_text(text)
""")
    result = project.run("-n", "4")
    result.assert_outcomes(passed=28)
    pairs = [path.read_text().split() for path in seen.iterdir()]
    assert len(pairs) == 4
    assert len({server for server, _ in pairs}) == 1
    assert len({own for _, own in pairs}) == 4
    assert "Traceback" not in str(result.stderr)


def test_where_the_controller_cannot_be_asked_a_worker_starts_a_server_of_its_own(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (long := project.path / ("directory" * 12)).mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    project.write("def test_one(ferra_db): assert PgRepository(Note, ferra_db).count() == 0")
    project.run("-n", "1").assert_outcomes(passed=1)


def test_what_cannot_start_is_said_to_who_asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FERRA_POSTGRES_BIN", str(project.path))
    project.write("def test_one(ferra_db): pass\ndef test_two(ferra_db): pass")
    result = project.run("-n", "1")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*EmbeddedError: FERRA_POSTGRES_BIN=*"])


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "workers"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_the_server_ends_with_the_run(project: Project, sent: signal.Signals, options: tuple[str, ...]) -> None:
    project.write(WAITING)
    os.mkfifo(waits := project.path / "waits")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    with (
        (project.path / "said").open(
            "wb"
        ) as output,  # No pipe, for workers whose controller is gone hold it for a while.
        subprocess.Popen(
            project.command(*options), cwd=project.path, env=environment, stdout=output, start_new_session=True
        ) as process,
    ):
        try:
            data = Path(written(waits))
            with ended(pid_of(data)), ended(parent_of(pid_of(data))):
                process.send_signal(sent)
                process.wait(60)
        finally:
            process.kill()
    assert not data.parent.exists()


def written(fifo: Path) -> str:
    """Return what somebody writes into a FIFO."""
    descriptor = os.open(fifo, os.O_RDWR)
    try:
        assert select.select([descriptor], [], [], 60)[0]
        return os.read(descriptor, 4096).decode()
    finally:
        os.close(descriptor)


def pid_of(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split()[0])


@contextmanager
def ended(pid: int) -> Iterator[None]:
    """Wait at the end of the block for the end of a process."""
    descriptor = os.pidfd_open(pid)
    try:
        yield
        assert select.select([descriptor], [], [], 60)[0]
    finally:
        os.close(descriptor)
