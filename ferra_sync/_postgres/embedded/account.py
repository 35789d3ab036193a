"""Whom the server runs as, and the programs that are run as that user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from ferra_sync.errors import EmbeddedError

if sys.platform != "win32":
    import pwd

NULL: Final = subprocess.DEVNULL


class Account(NamedTuple):
    """Whom the server runs as; without `user` and `group`, as ourselves."""

    name: str
    uid: int
    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None

    @classmethod
    def for_server(cls) -> Account:
        """Return `nobody` under root, whom PostgreSQL refuses."""
        if os.geteuid() != 0:
            return cls.ourselves()
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError("PostgreSQL does not run as root, and there is no user nobody to run it as") from None
        return cls("nobody", nobody.pw_uid, nobody.pw_uid, nobody.pw_gid, ())

    @classmethod
    def ourselves(cls) -> Account:
        return cls("this user", os.geteuid())

    def spawn(self, *command: str | Path, stdin: int, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own: Ctrl-C in a terminal is for us, not for the server."""
        return subprocess.Popen(  # noqa: S603 - our own command lines; what comes from outside is an argument, never text
            command,
            cwd="/",
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            user=self.user,
            group=self.group,
            extra_groups=self.extra_groups,
        )

    def ask(self, *command: str | Path) -> tuple[bool, str]:
        """Run a short program; return whether it succeeded, and what it said."""
        with self.spawn(*command, stdin=NULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            said = process.communicate()[0]
        return process.returncode == 0, said.decode(errors="replace").strip()

    def can(self, test: str, directory: Path) -> bool:
        """Let the system answer: modes, groups, access lists and read-only mounts all count."""
        return self.ask("/bin/sh", "-c", f'cd "$1" && test {test} .', "sh", directory)[0]

    def give(self, directory: Path) -> None:
        """Make the directory this user's."""
        if self.user is not None and self.group is not None:
            os.chown(directory, self.user, self.group, follow_symlinks=False)
