"""Migrations by code: applied once and in order, listed, taken back, refused where a file has changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from _database import empty_database

from ferra_sync import Database, MigrationError
from ferra_sync.migrations import Migrations


def write(directory: Path, name: str, up: str, down: str) -> None:
    """Write a migration as `ferra migration generate` and an editor do."""
    folder = directory / name
    folder.mkdir()
    (folder / "up.sql").write_text(up)
    (folder / "down.sql").write_text(down)


def main(db: Database, directory: Path) -> None:
    write(directory, "20250301000000_create_notes", "CREATE TABLE notes (id int PRIMARY KEY);", "DROP TABLE notes;")
    write(directory, "20250302000000_add_body", "ALTER TABLE notes ADD body text;", "ALTER TABLE notes DROP body;")
    migrations = Migrations(directory)
    print("applied:", [each.name for each in migrations.run(db)])
    print("again:", migrations.run(db))
    print("status:", [(each.name, each.state.value) for each in migrations.status(db)])
    print("reverted:", [each.name for each in migrations.revert(db)])
    (directory / "20250301000000_create_notes" / "up.sql").write_text("CREATE TABLE notes (id bigint PRIMARY KEY);")
    try:
        migrations.run(db)
    except MigrationError as error:
        print("refused:", error)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory, empty_database() as db:
        main(db, Path(directory))
