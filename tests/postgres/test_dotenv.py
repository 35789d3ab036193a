"""`.env`: read from the working directory alone, and only where nobody else can have written it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ferra_sync import Database
from ferra_sync._postgres.config import resolve_url
from ferra_sync.errors import ConfigError

SECRET = "s3cret"
URL = f"postgresql://ann:{SECRET}@there/d"


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a `.env` with a URL, in what is the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    path = tmp_path / ".env"
    path.write_text(f"DATABASE_URL={URL}\n")
    path.chmod(0o664)
    return path


def refusal() -> str:
    with pytest.raises(ConfigError) as caught:
        Database.connect()
    assert SECRET not in repr((caught.value, caught.value.__cause__, caught.value.__context__))
    return str(caught.value)


def test_it_is_read_and_the_environment_stays_as_it_is(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST_OF_ALL", "from-environment")
    dotenv.write_text("OTHER=1\nDATABASE_URL='postgresql://${HOST_OF_ALL}/d'\n")
    before = dict(os.environ)
    assert resolve_url(None) == "postgresql://from-environment/d"
    assert dict(os.environ) == before


def test_that_of_a_directory_above_is_not_read(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = dotenv.parent / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert "no database URL" in refusal()


def test_one_that_is_not_there_when_the_working_directory_is_gone_is_none(
    dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = dotenv.parent / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "no database URL" in refusal()


def test_a_directory_of_that_name_is_none(dotenv: Path) -> None:
    dotenv.unlink()
    dotenv.mkdir()
    assert "no database URL" in refusal()


def test_one_that_everyone_may_write_is_refused_by_name(dotenv: Path) -> None:
    assert resolve_url(None) == URL
    dotenv.chmod(0o666)
    assert refusal() == f"{dotenv} is not read: everyone may write it; chmod o-w it"


def test_one_of_another_user_is_refused_by_name_and_roots_is_read(
    dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = dotenv.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    if mine == 0:
        assert resolve_url(None) == URL
        os.chown(dotenv, 12345, -1)
    owner = dotenv.stat().st_uid
    assert refusal() == (
        f"{dotenv} is not read: it belongs to another user, number {owner}; chown it, or set DATABASE_URL"
    )
    monkeypatch.setattr(os, "geteuid", lambda: owner)
    assert resolve_url(None) == URL


def test_another_users_link_to_ones_own_file_is_refused_as_theirs(dotenv: Path) -> None:
    ours = dotenv.rename(dotenv.parent / "ours")
    dotenv.symlink_to(ours)
    assert resolve_url(None) == URL
    if os.geteuid() == 0:
        os.chown(dotenv, 12345, -1, follow_symlinks=False)
        assert "belongs to another user, number 12345" in refusal()


def test_one_that_is_no_text_is_refused_and_nothing_of_it_shown(dotenv: Path) -> None:
    dotenv.write_bytes(b"DATABASE_URL=\xff" + URL.encode())
    assert refusal() == f"{dotenv} is not UTF-8"
