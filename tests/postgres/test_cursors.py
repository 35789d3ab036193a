"""The cursor under every statement."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.rows import tuple_row

from ferra_sync import Database
from ferra_sync._compiler.compiled import Compiled
from ferra_sync._expression.sqltypes import INTEGER
from ferra_sync._model.select_list import select_list
from ferra_sync._postgres import cursor as cursors
from ferra_sync._postgres import wire
from ferra_sync._postgres.adapters import ADAPTERS
from ferra_sync._postgres.statement import made_ready

NUMBER = made_ready(Compiled("SELECT $1::integer", (), select_list(((INTEGER, INTEGER),))))

OURS = {"_adapters", "_row_factory"}
"""What differs on purpose."""


def test_the_lean_cursor_is_the_one_in_use():
    assert cursors.new_cursor is cursors._LeanCursor


def test_the_lean_cursor_begins_as_psycopg_begins_its_own(empty_db: Database):
    with empty_db.connection() as connection:
        lean = cursors._LeanCursor(connection, NUMBER)
        plain = psycopg.RawCursor(connection, row_factory=tuple_row)
        slots = cursors._KNOWN_SLOTS - OURS - {"__weakref__"}
        unset = {slot for slot in slots if not hasattr(plain, slot)}
        assert unset == {slot for slot in slots if not hasattr(lean, slot)}
        assert all(getattr(lean, slot) == getattr(plain, slot) for slot in slots - unset)
        assert lean.adapters is ADAPTERS


def test_a_psycopg_that_is_made_of_other_parts_gets_its_own_cursor(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cursors, "_KNOWN_SLOTS", frozenset({"_conn"}))
    assert cursors._cursor_class() is cursors._Cursor


def test_psycopg_s_own_cursor_serves_as_well(empty_db: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "new_cursor", cursors._Cursor)
    empty_db.ping()
    with empty_db.connection() as connection:
        cursor = cursors.new_cursor(connection, NUMBER)
        assert cursor.execute(NUMBER.sql, ["5"], binary=True).fetchall() == [5]
