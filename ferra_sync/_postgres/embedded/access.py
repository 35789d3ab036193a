"""Who is let in to a server: the operating system says who asks, at the server's Unix socket."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from ferra_sync._postgres.embedded.account import Account
from ferra_sync.errors import EmbeddedError

if sys.platform != "win32":
    import pwd

_FIRST_WITH_ALL_IN_MAPS: Final = 16
_RULES: Final = "local all all peer map=ferra\nlocal replication all peer map=ferra\n"


def write_access(directory: Path, account: Account, version: int) -> tuple[str, ...]:
    """Write into `directory` who is let in, and return the settings that put it above what the data say.

    Under root every process of `nobody` can reach the socket, and only root's are let in. Where the server runs as
    ourselves the socket's directory lets in nobody else, and the data's own rules hold: nothing is written.
    """
    if account.user is None:
        return ()
    hba, ident = directory / "pg_hba.conf", directory / "pg_ident.conf"
    for path, text in ((hba, _RULES), (ident, _map(version))):
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    return f"hba_file={hba}", f"ident_file={ident}"


def _map(version: int) -> str:
    try:
        root = pwd.getpwuid(0).pw_name
    except KeyError:
        raise EmbeddedError("the user 0 has no name, by which PostgreSQL could know it") from None
    return f'ferra "{root}" {"all" if version >= _FIRST_WITH_ALL_IN_MAPS else "postgres"}\n'
