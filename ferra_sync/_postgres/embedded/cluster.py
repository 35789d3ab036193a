"""One server's directories and settings."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

from ferra_sync._postgres.embedded.access import write_access
from ferra_sync._postgres.embedded.account import Account
from ferra_sync._postgres.embedded.directories import PORT, temporary_directory
from ferra_sync._postgres.embedded.programs import BIN_VARIABLE
from ferra_sync.errors import EmbeddedError

_NOT_DURABLE: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_FIRST_WITH_BUILTIN_LOCALE: Final = 17


class Cluster(NamedTuple):
    """Where everything of one server lies: `scratch` has the socket and is removed, `data` may lie elsewhere."""

    programs: Path
    version: int
    data: Path
    scratch: Path
    log: IO[bytes]
    is_new: bool
    is_durable: bool
    access: tuple[str, ...]

    @classmethod
    @contextlib.contextmanager
    def prepared(  # noqa: PLR0913 - what there is to know before a server starts
        cls, kept: Path | None, *, programs: Path, version: int, account: Account, durable: bool, in_memory: bool
    ) -> Iterator[Cluster]:
        """Make the directories of a server, and remove `scratch` again where starting it fails."""
        is_new = kept is None or _is_new(kept, version)
        scratch = Path(tempfile.mkdtemp(prefix="ferra-", dir=temporary_directory(account, in_memory=in_memory)))
        try:
            # All before the directory is given away: its new owner could lay links where root would write.
            with (scratch / "log").open("w+b") as log:
                access = write_access(scratch, account, version)
                account.give(scratch)
                is_durable = durable and kept is not None
                yield cls(programs, version, kept or scratch / "data", scratch, log, is_new, is_durable, access)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the supervisor is given: the directories, initdb's options or nothing, the server's options."""
        settings = ["listen_addresses=", f"port={PORT}", f'unix_socket_directories="{self.scratch}"', *self.access]
        settings += () if self.is_durable else _NOT_DURABLE
        initdb = f"{self._initdb()}{'' if self.is_durable else ' -N'}" if self.is_new else ""
        options = [word for setting in settings for word in ("-c", setting)]
        return str(self.programs), str(self.data), str(self.scratch), initdb, *options

    def _initdb(self) -> str:
        method = "peer" if self.access else "trust"
        builtin = self.version >= _FIRST_WITH_BUILTIN_LOCALE
        locale = "--no-locale --locale-provider=builtin --builtin-locale=C.UTF-8" if builtin else "--locale=C.UTF-8"
        return f"-A {method} -U postgres -E UTF8 {locale}"

    def ready_pid(self) -> int | None:
        """Return the server's process once it takes connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return None
        # It may be another server's file, on the same data: only ours names our socket's directory.
        ours = lines[4:5] == [str(self.scratch)]
        return int(lines[0]) if ours and lines[-1].strip() == "ready" else None


def _is_new(path: Path, version: int) -> bool:
    if not any(path.iterdir()):
        return True
    try:
        found = (path / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedError(f"{path} is not empty, and not a PostgreSQL cluster") from None
    if found != str(version):
        raise EmbeddedError(f"{path} is a cluster of PostgreSQL {found}; this is {version}: see {BIN_VARIABLE}")
    return False
