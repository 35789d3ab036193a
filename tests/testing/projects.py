"""Small projects whose suites are run by pytest, with the plugin of this tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ("-p", "xdist", "-p", "pytest_ferra_sync", "-p", "no:cacheprovider")
MIGRATION = "CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL);"
HEAD = """
import pytest
from ferra_sync import Database, FerraModel, PgRepository, SERVER_DEFAULT, Table, select, types as t
import attrs

class Notes(Table):
    id = t.serial(primary_key=True)
    body = t.text()

@attrs.define
class Note(FerraModel[Notes]):
    body: str
    id: int = SERVER_DEFAULT
"""


class Project:
    """A project in a directory of its own."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pytester = pytester
        self._monkeypatch = monkeypatch
        self.path = pytester.path
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        migration = self.path / "migrations" / "20250101000000_notes"
        migration.mkdir(parents=True)
        (migration / "up.sql").write_text(MIGRATION)
        self.say(ferra_migrations="migrations")

    def say(self, **options: str) -> None:
        """Write pytest's configuration."""
        lines = "\n".join(f"{name} = {value}" for name, value in options.items())
        (self.path / "pytest.ini").write_text(f"[pytest]\n{lines}\n")

    def write(self, tests: str, *, conftest: str = "", head: str = HEAD) -> None:
        (self.path / "test_notes.py").write_text(head + tests)
        (self.path / "conftest.py").write_text(conftest)

    def run_here(self, url: str, *options: str) -> pytest.RunResult:
        """Run its tests in this process, on a server that is there."""
        self._monkeypatch.setenv("DATABASE_URL", url)
        return self._pytester.runpytest_inprocess(*PLUGIN, *options)

    def run(self, *options: str) -> pytest.RunResult:
        """Run its tests in a process of its own, on a server that it starts."""
        self._monkeypatch.delenv("DATABASE_URL", raising=False)
        return self._pytester.runpytest_subprocess(*PLUGIN, *options, timeout=120)

    def command(self, *options: str) -> Sequence[str]:
        """Return the command of such a process, for who sends signals to it."""
        self._monkeypatch.delenv("DATABASE_URL", raising=False)
        return [*map(str, self._pytester._getpytestargs()), *PLUGIN, *options]


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in status if line.startswith("PPid:")).split()[1])
