"""Migrations on disk: the directories, the files in them, and what can be said of a file before it runs."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import attrs

from ferra_sync._postgres.lexer import UnterminatedError
from ferra_sync.errors import MigrationError
from ferra_sync.migrations._lexer import ScriptStatement

_NAME: Final = re.compile(r"(?P<version>[0-9]{14})_(?P<name>[\w-]+)")
_TIMESTAMP: Final = "%Y%m%d%H%M%S"
_DIRECTIVE: Final = re.compile(r"\s*--\s*ferra:\s*(?P<what>.*?)\s*")
_LINE_BREAK: Final = re.compile(r"[\n\r]")
NO_TRANSACTION: Final = "no-transaction"
_FILES: Final = frozenset({"up.sql", "down.sql"})


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column, both from 1, of the character at `offset`, from 0."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class Rules(NamedTuple):
    """How a database reads a script.

    Attributes:
        statements: a text → its statements, in order; UnterminatedError where a quote or a comment is never closed.
        complaint: a statement, and whether it would run in a transaction → why it cannot stand in a migration, or None.
    """

    statements: Callable[[str], Sequence[ScriptStatement]]
    complaint: Callable[[ScriptStatement, bool], str | None]


@attrs.frozen
class Script:
    """One SQL file: its text without a byte order mark and with the line endings of Unix."""

    path: Path
    text: str = attrs.field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Script:
        """Return the file at `path`, or raise a MigrationError that names it."""
        try:
            text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except OSError as error:
            raise MigrationError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise MigrationError(f"{path} is not UTF-8 (byte {error.start})") from error
        if "\0" in text:
            raise MigrationError(f"{path} holds a NUL character")
        return cls(path, text)

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hexadecimal: the same whatever the line endings."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def in_transaction(self) -> bool:
        """Whether it runs in a transaction: yes, unless its first line is `-- ferra: no-transaction`."""
        return self._directive is None

    @property
    def _directive(self) -> str | None:
        found = _DIRECTIVE.fullmatch(_LINE_BREAK.split(self.text, maxsplit=1)[0])
        return found["what"] if found else None

    def at(self, offset: int) -> str:
        """Return `path:line:column` of the character at `offset`, from 0."""
        line, column = line_and_column(self.text, offset)
        return f"{self.path}:{line}:{column}"

    def checked(self, rules: Rules) -> Sequence[ScriptStatement]:
        """Return its statements; MigrationError where running it could not be all or nothing, or would do nothing."""
        if self._directive not in {None, NO_TRANSACTION}:
            raise MigrationError(
                f'{self.path}: "-- ferra: {self._directive}" is not known, only "-- ferra: {NO_TRANSACTION}" is'
            )
        statements = self._statements(rules)
        if not statements:
            raise MigrationError(f"{self.path} is empty: it holds no SQL statement")
        for statement in statements:
            complaint = rules.complaint(statement, self.in_transaction)
            if complaint is not None:
                raise MigrationError(f"{self.at(statement.start)}: {complaint}")
        if not self.in_transaction and len(statements) > 1:
            raise MigrationError(
                f"{self.at(statements[1].start)}: without a transaction there is room for one statement only"
            )
        return statements

    def _statements(self, rules: Rules) -> Sequence[ScriptStatement]:
        try:
            return rules.statements(self.text)
        except UnterminatedError as error:
            raise MigrationError(f"{self.at(error.start)}: {error}") from error


@attrs.frozen
class Migration:
    """One directory: its version (14 digits), its name and its `up.sql`."""

    version: str
    name: str
    directory: Path
    up: Script

    def down(self) -> Script:
        """Return `down.sql`, or raise a MigrationError that names it."""
        path = self.directory / "down.sql"
        if not path.exists():
            raise MigrationError(f"{path} is missing: this migration cannot be reverted")
        return Script.read(path)


def read_migrations(directory: Path) -> list[Migration]:
    """Return the migrations in `directory`, oldest first.

    Hidden files and READMEs are passed over. Anything else that is not a migration is a MigrationError that names it,
    and so are two migrations of one version.
    """
    found = [_read_migration(path) for path in _entries(directory)]
    for older, newer in itertools.pairwise(found):
        if older.version == newer.version:
            raise MigrationError(f"{older.directory} and {newer.directory} have the same version, {older.version}")
    return found


def _read_migration(directory: Path) -> Migration:
    named = _NAME.fullmatch(directory.name)
    if not named or not directory.is_dir():
        raise MigrationError(f"{directory} is not a migration: a directory named <14 digits>_<name> was expected")
    files = _entries(directory)
    for path in files:
        if path.name not in _FILES:
            raise MigrationError(f"{path} does not belong in a migration: only up.sql and down.sql do")
    up = directory / "up.sql"
    if up not in files:
        raise MigrationError(f"{up} is missing")
    return Migration(named["version"], named["name"], directory, Script.read(up))


def _entries(directory: Path) -> list[Path]:
    try:
        paths = sorted(directory.iterdir())
    except OSError as error:
        raise MigrationError(f"{directory}: {error.strerror}") from error
    return [path for path in paths if not path.name.startswith(".") and path.stem.upper() != "README"]


def create_migration(directory: Path, name: str) -> Path:
    """Make `<UTC timestamp>_<name>/` with an up.sql and a down.sql to fill in, newer than every other; return it."""
    slug = re.sub(r"\W+", "_", name.lower()).strip("_")
    if not slug:
        raise MigrationError("a migration's name needs a letter or a digit")
    existing = read_migrations(directory) if directory.exists() else []
    newest = existing[-1].version if existing else ""
    made = directory / f"{_next_version(newest)}_{slug}"
    try:
        made.mkdir(parents=True)
        (made / "up.sql").write_text(f"-- {slug}: the change\n", encoding="utf-8")
        (made / "down.sql").write_text(f"-- {slug}: the way back\n", encoding="utf-8")
    except OSError as error:
        raise MigrationError(f"{made}: {error.strerror}") from error
    return made


def _next_version(newest: str) -> str:
    """Return this second in UTC, or the second after `newest` where that is later."""
    now = datetime.now(UTC).strftime(_TIMESTAMP)
    if now > newest:
        return now
    try:
        return (datetime.strptime(newest, _TIMESTAMP).replace(tzinfo=UTC) + timedelta(seconds=1)).strftime(_TIMESTAMP)
    except (ValueError, OverflowError) as error:
        raise MigrationError(f"no timestamp comes after {newest}, the version of the newest migration") from error
