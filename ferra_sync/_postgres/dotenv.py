"""`.env`: read from the working directory alone, and only where nobody else can have written it."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path
from typing import Final

from ferra_sync.errors import ConfigError

_DOTENV: Final = Path(".env")


def dotenv_values() -> dict[str, str | None]:
    """Return what the working directory's `.env` sets; the environment is never changed.

    Raises:
        ImportError: python-dotenv is not installed.
        ConfigError: another user but root owns it, or everyone may write it, or it is not UTF-8.
    """
    from dotenv import dotenv_values  # noqa: PLC0415 - an optional extra

    return dict(dotenv_values(stream=io.StringIO(_dotenv_text())))


def _dotenv_text() -> str:
    """Return the text of the working directory's `.env`, "" where there is none."""
    if not _DOTENV.is_file():
        return ""
    try:
        with _DOTENV.open("rb") as file:
            _check_owner(_DOTENV.lstat())
            _check_owner(status := os.fstat(file.fileno()))
            if status.st_mode & stat.S_IWOTH and sys.platform != "win32":
                raise ConfigError(f"{_DOTENV.absolute()} is not read: everyone may write it; chmod o-w it")
            content = file.read()
    except OSError as error:
        raise ConfigError(f"{_DOTENV.absolute()} cannot be read: {error.strerror}") from error
    # A failed decode would chain an error that holds the whole of it.
    text = content.decode(errors="replace")
    if "\ufffd" in text:
        raise ConfigError(f"{_DOTENV.absolute()} is not UTF-8")
    return text


def _check_owner(status: os.stat_result) -> None:
    """Refuse a file, or a link to one, of another user; what is root's may be read, as an image's files are."""
    if sys.platform != "win32" and status.st_uid not in {0, os.geteuid()}:
        raise ConfigError(
            f"{_DOTENV.absolute()} is not read: it belongs to another user, number {status.st_uid};"
            f" chown it, or set DATABASE_URL"
        )
