"""Every code block of the documents has its row, and what a row says is run by the suite."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_examples import EXAMPLES, PACKAGES
from test_run_pages import PAGES

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "from-rust.md"

BLOCKS = {
    "Database Integration in Navius": [str(number) for number in range(1, 11)],
    "Tutorial 13: Database Integration - PostgreSQL": [
        "1",
        *(f"2.{part}" for part in range(1, 6)),  # a migration, schema.rs, models.rs, db.rs, main.rs
        *(f"3.{part}" for part in range(1, 6)),  # rows, users, posts, a transaction, main
        *(f"4.{part}" for part in range(1, 6)),  # pagination.rs, connection_pool.rs, bulk_operations.rs, tests, filters
        *(f"5.{part}" for part in range(1, 6)),  # streams, prepared statements, pools, indexes, batches
        *(f"exercise {number}" for number in range(1, 6)),
    ],
    "ferra-db — the repository layer": [str(number) for number in range(1, 15)],
}
"""The documents, by their titles, and their blocks, a block of several files by its parts."""

RUN_PAGES = {
    "cdc.md": "test_cdc_page.py",
    "guide.md": "test_guide.py",
    "providers.md": "test_providers_page.py",
    "testing.md": "test_testing_page.py",
    **{f"{page}.md": "test_run_pages.py" for page in PAGES},
}
"""The pages whose blocks are run, each by a test beside this one."""

ABSENT = ["execute_raw", "migrations as strings", "registration of services", "a schema that is generated", "private"]

LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines[1:]]


@pytest.mark.parametrize("title", BLOCKS)
def test_every_block_has_its_row_in_order(title: str) -> None:
    assert [row[0] for row in rows(title)] == BLOCKS[title]
    assert all(row[1] and row[2] for row in rows(title))


@pytest.mark.parametrize("title", BLOCKS)
def test_what_a_row_names_is_run(title: str) -> None:
    for block, _, _, runs_in in rows(title):
        linked = LINK.findall(runs_in)
        assert linked, block
        for link in linked:
            path = (DOCS / link).resolve()
            assert path.is_file(), (block, link)
            assert is_run(path), (block, link)


def is_run(path: Path) -> bool:
    """Whether the suite runs an example, a page or a test."""
    if path.parent == DOCS:
        return (Path(__file__).parent / RUN_PAGES[path.name]).is_file()
    if path.is_relative_to(DOCS.parent / "tests"):
        return path.name.startswith("test_") and "def test_" in path.read_text(encoding="utf-8")
    return path.stem in EXAMPLES or path.parent.name in PACKAGES


def test_what_is_absent_by_decision_has_its_row() -> None:
    assert len(rows("Absent by decision")) == len(ABSENT)
    for (what, why, *_), meant in zip(rows("Absent by decision"), ABSENT, strict=True):
        assert meant in what
        assert why
