"""Migrations that tests write, and what they then ask the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import conninfo

if TYPE_CHECKING:
    from collections.abc import Callable


FIRST = "20250301000000_create_users"
SECOND = "20250302000000_create_posts"
THIRD = "20250303000000_add_roles"


def with_options(url: str, options: str) -> str:
    return conninfo.make_conninfo(url, options=options)


def write(directory: Path, name: str, up: str | bytes, down: str | None = None) -> Path:
    made = directory / name
    made.mkdir(parents=True, exist_ok=True)
    (made / "up.sql").write_bytes(up if isinstance(up, bytes) else up.encode())
    if down is not None:
        (made / "down.sql").write_text(down, encoding="utf-8")
    return made


def write_three(directory: Path) -> None:
    write(directory, FIRST, "CREATE TABLE users (id int PRIMARY KEY);", "DROP TABLE users;")
    write(directory, SECOND, "CREATE TABLE posts (user_id int REFERENCES users);", "DROP TABLE posts;")
    write(directory, THIRD, "ALTER TABLE users ADD role text;", "ALTER TABLE users DROP role;")


def tables(conn: psycopg.Connection[Any]) -> set[str]:
    rows = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
    return {name for (name,) in rows if name != "_ferra_migrations"}


def value(conn: psycopg.Connection[Any], query: str) -> Any:
    row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def recorded(conn: psycopg.Connection[Any]) -> list[str]:
    rows = conn.execute("SELECT version || '_' || name FROM _ferra_migrations ORDER BY version")
    return [label for (label,) in rows]


def labels(rows: list[Any]) -> list[str]:
    return [row.label for row in rows]


def wait_for(conn: psycopg.Connection[Any], query: str, *, while_running: Callable[[], bool]) -> None:
    """Wait until `query` counts something; give up when what would bring it about has ended."""
    while value(conn, query) == 0 and while_running():
        pass


BLOCKED = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
