"""Several processes: one server for all of them, which ends with the run, however that ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from projects import ROOT, Project, is_running

WAITING = """
import pathlib, time

def test_waits(ferra_db):
    with ferra_db.connection() as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone()
    postmaster = pathlib.Path(data, "postmaster.pid").read_text().split()[0]
    pathlib.Path("waits.part").write_text(f"{postmaster} {data}")
    pathlib.Path("waits.part").rename("waits")
    time.sleep(600)
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
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    said = project.path / "said"  # No pipe, for workers whose controller is gone hold it for a while.
    with (
        said.open("wb") as output,
        subprocess.Popen(
            project.command(*options),
            cwd=project.path,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            waits = project.path / "waits"
            until(lambda: waits.exists() or process.poll() is not None)
            found = waits.read_text() if waits.exists() else ""
            process.send_signal(sent)
            process.wait(60)
        finally:
            process.kill()
    assert found, said.read_text()
    postmaster, data = found.split(maxsplit=1)
    until(lambda: not is_running(int(postmaster)) and not Path(data).exists())


def until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
