"""Every example runs, prints what it says, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVED = {"wsgi"}
"""What a server imports; test_gunicorn.py asks it."""
PACKAGES = {path.parent.name for path in (ROOT / "examples").glob("*/__main__.py")}
EXAMPLES = sorted({path.stem for path in (ROOT / "examples").glob("[!_]*.py")} - SERVED | PACKAGES)
LONG = {"design", "tutorial_reads", "tutorial_writes"}
LINES = {
    "design": [
        "published: 2",
        "found: [('The first post', 'al')]",
        "Alice's: ['Another', 'The first post']",
        "pairs: 2",
        "gone, with 0 posts left",
    ],
    "films_crud": [
        "inserted: Film(title='Blade Runner', release_year=1982, archived=False, id=1)",
        "updated:  Film(title='Blade Runner', release_year=1982, archived=True, id=1)",
        "page 1 of 2: ['Blade Runner', 'Alien'], 3 in all",
        'conflict: unique constraint "films_title_key" violated on column "title"',
        "gone:     films/1 not found",
    ],
    "shop": [
        "admins:     ['ann']",
        "logged in:  True",
        "on sale:    ['Lamp at 19.90']",
        "sold out:   24.90 False True",
        "refused:    INVALID_CREDENTIALS - The name or the password is wrong",
        "refused:    USER_ALREADY_EXISTS - There is a user with this username already",
        "refused:    VALIDATION_ERROR - email must contain an @",
        "refused:    USER_NOT_FOUND - There is no such user",
        "refused:    DUPLICATE_SKU - There is a product with this sku already",
        "refused:    VALIDATION_ERROR - stock_quantity cannot be negative",
        "refused:    PRODUCT_NOT_FOUND - There is no such product",
    ],
    "tpch": [
        "Q2: 6 rows, (Decimal('9133.32'), 'Supplier#000000023 ",
        "Q21: 3 rows, ",
    ],
    "transactions": [
        'unique constraint "films_title_key" violated on column "title": 0 films',
        "after the savepoint: ['Alien', 'Aliens']",
        "without a commit: 2",
        "with one: 3",
        "bob wrote 'Hello'",
        "of one moment: 1 post",
    ],
    "tutorial_reads": [
        "by email: True None",
        "by id: True None",
        "with posts: alice ['The second', 'The first']",
        "Bob's: ['A draft']",
        "found: [('The first', 'alice')]",
        "users: ['alan', 'alice']",
        "filtered: ['A draft', 'The second', 'The first']",
        "filtered: ['A draft']",
        "filtered: ['The second']",
        "paged: ['The first'] 2 2",
        "exported: 2 ['The second', 'The first']",
        "statements: 1",
        "batches: [2, 1] healthy: True",
    ],
    "unicode_search": ["  U+2603 SNOWMAN", "renamed: 11172", "streamed: "],
    "users_and_posts": [
        "renamed: al",
        "published: 2",
        "  'My first post' by al",
        "drafts: ['My third post']",
        "Alice's: 2",
        "posts after the user is deleted: 0",
    ],
    "tutorial_writes": [
        "created: bob hashed_15 Hello False",
        "renamed: robert True",
        "with a post: charlie My introduction True",
        'refused: unique constraint "users_username_key" violated on column "username"',
        "posts: 2",
        "in order: True",
        "published: 3",
        "deleted: True False",
        "nobody of that key",
        "left: 0",
    ],
}


def run(example: str, database_url: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["PYTHONPATH"] = str(ROOT)
    environment["PYTHONWARNINGS"] = "error"
    environment["PYTHONIOENCODING"] = "utf-8"
    if database_url is not None:
        environment["DATABASE_URL"] = database_url
    folder = ROOT / "examples"
    command = ["-m", example] if example in PACKAGES else [str(folder / f"{example}.py")]
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def left_in(database_url: str) -> list[tuple[str, ...]]:
    query = """
        SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ferra%'
        UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    """
    with psycopg.connect(database_url) as connection:
        return connection.execute(query).fetchall()


def test_every_example_is_run_here() -> None:
    assert sorted(LINES) == EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs_and_leaves_nothing_behind(example: str, database_url: str) -> None:
    done = run(example, database_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in LINES[example] if line not in done.stdout] == []
    assert left_in(database_url) == []


def test_an_example_starts_a_server_of_its_own_where_there_is_no_database_url() -> None:
    done = run("films_crud", None)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("films/1 not found\n")


@pytest.mark.parametrize("example", [*EXAMPLES, *SERVED])
def test_an_example_is_short(example: str) -> None:
    files = (ROOT / "examples" / example).glob("*.py") if example in PACKAGES else [ROOT / f"examples/{example}.py"]
    most = 100 if example in PACKAGES else 140 if example in LONG else 60
    assert {path.name for path in files if len(path.read_text(encoding="utf-8").splitlines()) >= most} == set()
