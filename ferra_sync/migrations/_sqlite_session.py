"""Migrations on SQLite: the history of one file, and what may stand in a script.

BEGIN IMMEDIATE keeps other processes out for as long as a script runs, and the history is read again behind it; other
threads are kept out by the one connection that writes. Foreign keys are off while a script runs, as SQLite's own
procedure for changing tables has it, and looked at before it is committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from ferra_sync._expression.identifiers import quoted
from ferra_sync._sqlite.connections import LONGEST, Connection
from ferra_sync._sqlite.database import SqliteDatabase
from ferra_sync._sqlite.running import begun, executed, rows_of
from ferra_sync.errors import Db, DbErrorKind, FerraDbError, MigrationError
from ferra_sync.migrations._files import NO_TRANSACTION, Migration, Rules, Script
from ferra_sync.migrations._history import TABLE, AppliedMigration
from ferra_sync.migrations._lexer import ScriptStatement
from ferra_sync.migrations._session import ScriptStoppedError, announced
from ferra_sync.migrations._sqlite_lexer import statements

_COLUMNS: Final = "version, name, checksum, applied_at, duration"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TRANSACTIONAL: Final = frozenset({"application_id", "user_version"})
_ALONE: Final = _TRANSACTIONAL | {"auto_vacuum", "incremental_vacuum", "optimize", "page_size", "wal_checkpoint"}
"""The PRAGMAs that change the file and not the connection: those that a transaction takes along, and all."""
_MARK: Final = f"put it alone into a file whose first line is -- ferra: {NO_TRANSACTION}"


def _complaint(statement: ScriptStatement, in_transaction: bool) -> str | None:  # noqa: FBT001 - as Rules has it
    match statement.words:
        case ("attach" | "detach" as word, *_):
            return f"{word.upper()} is of the connection and would outlast the migration"
        case ("vacuum", *_) if in_transaction:
            return f"VACUUM runs in no transaction: {_MARK}"
        case ("pragma", *rest):
            return _complaint_of_pragma(rest, in_transaction=in_transaction)
        case (word, *_) if statement.controls_transaction:
            return f"{word.upper()} would break the migration's transaction"
        case _:
            return None


def _complaint_of_pragma(words: Sequence[str], *, in_transaction: bool) -> str | None:
    name = next((word for word in words if word not in {"main", "temp"}), "")
    if name in (_TRANSACTIONAL if in_transaction else _ALONE):
        return None
    if name in _ALONE:
        return f"PRAGMA {name} does nothing in a transaction: {_MARK}"
    return f"PRAGMA {name} is of the connection, and no migration's: there are {', '.join(sorted(_ALONE))}"


_RULES: Final = Rules(statements, _complaint)


@contextmanager
def sqlite_session(db: SqliteDatabase, lock_timeout: float | None) -> Iterator[SqliteSession]:
    """Take one connection for all there is to do: with a `lock_timeout` (seconds) the one that writes."""
    connections, is_writing = db._connections, lock_timeout is not None
    try:
        connection = connections.take(writing=is_writing, within=lock_timeout)
    except Db as error:
        if not is_writing or error.kind is not DbErrorKind.TIMEOUT:
            raise
        raise _locked("thread", lock_timeout) from error
    try:
        with _settings(connection, connections.config.acquire_timeout, lock_timeout):
            yield SqliteSession(connection, lock_timeout)
    finally:
        connections.give_back(connection, writing=is_writing)


@contextmanager
def _settings(connection: Connection, usual: float, lock_timeout: float | None) -> Iterator[None]:
    if lock_timeout is None:
        yield
        return
    try:
        executed(connection, "PRAGMA foreign_keys = OFF")
        _wait(connection, lock_timeout)
        yield
    finally:
        executed(connection, "PRAGMA foreign_keys = ON")
        _wait(connection, usual)


def _wait(connection: Connection, seconds: float) -> None:
    executed(connection, f"PRAGMA busy_timeout = {int(min(seconds, LONGEST) * 1000)}").close()


def _locked(who: str, lock_timeout: float | None) -> MigrationError:
    return MigrationError(f"another {who} is writing: the lock was not free within {lock_timeout or 0:g} s")


@attrs.frozen
class SqliteSession:
    """The history of one file, or of memory, through one connection."""

    connection: Connection = attrs.field(repr=False)
    lock_timeout: float | None

    @property
    def rules(self) -> Rules:
        """How SQLite reads a script."""
        return _RULES

    def rows(self) -> list[AppliedMigration]:
        """Return what was applied, oldest first; nothing where the table does not exist yet."""
        if not self._rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", TABLE):
            return []
        return [_applied(*row) for row in self._rows(f"SELECT {_COLUMNS} FROM {TABLE} ORDER BY version")]  # noqa: S608

    def create(self) -> None:
        """Create the table, unless it exists."""
        columns = "version TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL"
        moments = "applied_at INTEGER NOT NULL, duration INTEGER NOT NULL"  # microseconds
        try:
            self._rows(f"CREATE TABLE IF NOT EXISTS {TABLE} ({columns}, {moments}) STRICT")
        except Db as error:
            if error.kind is not DbErrorKind.TIMEOUT:
                raise
            raise _locked("process", self.lock_timeout) from error

    @contextmanager
    def scope(self, script: Script) -> Iterator[None]:
        """Begin the script's transaction, where it has one, and end it; forget temporary tables."""
        try:
            with begun(self.connection) if script.in_transaction else nullcontext():
                yield
                self._check_foreign_keys()
            self._forget_temporary_tables()
        except FerraDbError as error:
            raise ScriptStoppedError(str(error)) from error

    def is_recorded(self, version: str) -> bool:
        """Whether the history has it."""
        return bool(self._rows(f"SELECT 1 FROM {TABLE} WHERE version = ?1", version))  # noqa: S608

    def run(self, script: Script, statements: Sequence[ScriptStatement]) -> None:
        """Send the statements of a script."""
        for statement in announced(script, statements):
            try:
                self._rows(statement.text)
            except FerraDbError as error:
                raise ScriptStoppedError(str(error), statement.start) from error
            if self.connection.in_transaction and not script.in_transaction:
                self._rows("ROLLBACK")
                raise ScriptStoppedError("it left a transaction open, which was rolled back", statement.start)

    def add(self, migration: Migration, duration: timedelta) -> AppliedMigration:
        """Write the row of `migration` and return it."""
        self.connection.tick()
        values = (migration.version, migration.name, migration.up.checksum)
        times = (self.connection.moment, duration // _MICROSECOND)
        # Without a transaction another run may have done the same at the same time.
        once = "ON CONFLICT (version) DO NOTHING"
        self._rows(f"INSERT INTO {TABLE} ({_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5) {once}", *values, *times)  # noqa: S608
        return _applied(*values, *times)

    def remove(self, applied: AppliedMigration) -> AppliedMigration:
        """Delete the row of `applied` and return it."""
        self._rows(f"DELETE FROM {TABLE} WHERE version = ?1", applied.version)  # noqa: S608
        return applied

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return rows_of(self.connection, sql, values)

    def _check_foreign_keys(self) -> None:
        for table, _, parent, _ in self._rows("PRAGMA foreign_key_check"):
            problem = f'a row of "{table}" references none of "{parent}"'
            raise Db(problem, kind=DbErrorKind.FOREIGN_KEY_VIOLATION, table=table)

    def _forget_temporary_tables(self) -> None:
        for kind, name in self._rows("SELECT type, name FROM temp.sqlite_master WHERE type <> 'index'"):
            self._rows(f"DROP {kind} IF EXISTS temp.{quoted(name)}")


def _applied(version: str, name: str, checksum: str, applied_at: int, duration: int) -> AppliedMigration:
    return AppliedMigration(version, name, checksum, _EPOCH + applied_at * _MICROSECOND, duration * _MICROSECOND)
