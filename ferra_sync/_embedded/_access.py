"""Who is let in to a server: the operating system says who asks, at the server's Unix socket."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from ferra_sync._embedded._account import Account
from ferra_sync.errors import EmbeddedError

if sys.platform != "win32":
    import pwd

_FIRST_WITH_ALL_IN_MAPS: Final = 16
_RULES: Final = "local all all {0}\nlocal replication all {0}\n"


def write_access(directory: Path, account: Account, version: int) -> tuple[str, ...]:
    """Write the rules into `directory`, and return the settings that put them above those in the data.

    Where the server runs as ourselves the socket's directory lets in nobody else. Under root it belongs to `nobody`,
    and so would every other process of that user's come in: only root's do.
    """
    hba, ident = directory / "pg_hba.conf", directory / "pg_ident.conf"
    hba.write_text(_RULES.format("trust" if account.user is None else "peer map=ferra"), encoding="utf-8")
    ident.write_text("" if account.user is None else _map(version), encoding="utf-8")
    for path in (hba, ident):
        path.chmod(0o644)
    return f"hba_file={hba}", f"ident_file={ident}"


def _map(version: int) -> str:
    try:
        root = pwd.getpwuid(0).pw_name
    except KeyError:
        raise EmbeddedError("the user 0 has no name, by which PostgreSQL could know it") from None
    return f'ferra "{root}" {"all" if version >= _FIRST_WITH_ALL_IN_MAPS else "postgres"}\n'
