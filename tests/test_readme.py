"""The README's own commands and examples, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ferra_sync import Database

README = (Path(__file__).parent.parent / "README.md").read_text()
TABLES = """
    CREATE TABLE users (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        username varchar(50) NOT NULL UNIQUE,
        email varchar(100) NOT NULL UNIQUE,
        password_hash varchar(255) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE posts (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        title varchar(255) NOT NULL,
        published boolean NOT NULL DEFAULT false
    );
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def run(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "readme"}
    exec(compile(source, "README.md", "exec", dont_inherit=True), namespace)
    return namespace


def test_the_first_two_blocks_are_one_line_each():
    first, second = blocks("sh")
    assert first == "python3 -m venv .venv && .venv/bin/pip install -q '.[demo]' && .venv/bin/ferra demo\n"
    assert second == "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest\n"


def test_the_four_lines_work(db: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", db.config.url)
    found = run(blocks("python")[0])
    assert found["film"].archived
    assert found["page"].items == [found["film"]]
    found["films"]._db.close()


def test_the_longer_example_works(database_url: str, monkeypatch: pytest.MonkeyPatch):
    with psycopg.connect(database_url) as connection:
        connection.execute(TABLES)
    monkeypatch.setenv("DATABASE_URL", database_url)
    found = run(blocks("python")[1])
    with found["db"] as db:
        assert found["alice"].username == "alice"
        assert db.fetch_all(found["select"](found["User"])) == []
