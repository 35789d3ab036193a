"""The data of an embedded PostgreSQL: its directory, and what is refused as one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers import IS_ROOT, ask, do, scratch_of, servers_own

from ferra_sync._postgres.embedded import EmbeddedServer
from ferra_sync.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def place() -> Iterator[Path]:
    """Return an empty directory that every user can reach, as root's own temporary ones are not."""
    directory = Path(tempfile.mkdtemp(prefix="ferra-test-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def kept() -> Iterator[Path]:
    """Return a stopped cluster, in what was an empty directory, with a path longer than a socket's may be."""
    directory = Path(tempfile.mkdtemp(prefix="ferra-test-"))
    directory.chmod(0o755)
    path = servers_own(directory / ("d" * 120))
    EmbeddedServer.start(path).stop()
    yield path
    shutil.rmtree(directory)


def test_a_path_keeps_the_data_with_durable_settings(place: Path) -> None:
    path = place / "some where" / "data"
    with EmbeddedServer.start(path) as server:
        assert server.path == path
        settings = [ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]
        assert settings == ["on", "on", "on"]
        do(server, "CREATE TABLE films AS SELECT 42 AS id")
        scratch = scratch_of(server.url)
    assert path.stat().st_mode & 0o777 == 0o700
    assert not scratch.exists()
    with EmbeddedServer.start(str(path)) as server:
        assert ask(server, "SELECT id FROM films") == 42


def test_a_path_longer_than_a_socket_may_be_is_no_obstacle(kept: Path) -> None:
    with EmbeddedServer.start(kept) as server:
        assert ask(server, "SHOW data_directory") == str(kept)


def test_a_second_server_on_the_same_path_is_refused_and_harms_nothing(kept: Path) -> None:
    with EmbeddedServer.start(kept) as server:
        with pytest.raises(EmbeddedError, match=f"{kept} is served already"):
            EmbeddedServer.start(kept)
        assert ask(server, "SELECT 1") == 1


def test_a_path_that_a_server_from_elsewhere_holds_is_refused(kept: Path) -> None:
    with EmbeddedServer.start(kept) as server:
        held = (kept / "postmaster.pid").read_text()
    owner = kept.stat().st_uid
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, user=owner if IS_ROOT else None) as foreign:
        (kept / "postmaster.pid").write_text(held.replace(str(server.pid), str(foreign.pid), 1))
        shutil.chown(kept / "postmaster.pid", owner)
        with pytest.raises(EmbeddedError, match=f"did not start in {kept}:\n(?s:.*)postmaster.pid"):
            EmbeddedServer.start(kept)
    (kept / "postmaster.pid").unlink()


def test_a_directory_with_something_else_in_it_is_refused_and_left_alone(place: Path) -> None:
    path = servers_own(place / "data")
    (path / "letter.txt").write_text("dear")
    with pytest.raises(EmbeddedError, match=f"{path} is not empty"):
        EmbeddedServer.start(path)
    assert [entry.name for entry in path.iterdir()] == ["letter.txt"]


def test_a_file_in_the_place_of_the_directory_is_refused(place: Path) -> None:
    path = place / "data"
    path.write_text("dear")
    with pytest.raises(EmbeddedError, match=f"{path} is not a directory"):
        EmbeddedServer.start(path)
    assert path.read_text() == "dear"


def test_a_cluster_of_another_version_is_refused(place: Path) -> None:
    path = servers_own(place / "data")
    (path / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedError, match=rf"{path} is a cluster of PostgreSQL 9\.6"):
        EmbeddedServer.start(path)


def test_a_path_that_the_server_cannot_reach_is_refused(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700 if IS_ROOT else 0o500)
    with pytest.raises(EmbeddedError, match=str(closed / "data")):
        EmbeddedServer.start(closed / "data")
    assert [*closed.iterdir()] == []


def test_a_directory_of_another_user_is_refused_and_left_alone(place: Path) -> None:
    theirs = place if IS_ROOT else Path("/usr")
    before = theirs.stat()
    with pytest.raises(EmbeddedError, match=f"{theirs} does not belong to"):
        EmbeddedServer.start(theirs)
    after = theirs.stat()
    assert (before.st_mode, before.st_uid, before.st_gid) == (after.st_mode, after.st_uid, after.st_gid)
