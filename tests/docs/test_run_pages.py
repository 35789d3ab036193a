"""Pages whose Python runs as it stands, from the top, with the database of DATABASE_URL and an empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("migrations", "monitor", "query-builder", "sqlite")


@pytest.mark.parametrize("name", PAGES)
def test_every_block_runs_in_the_order_of_the_page(
    name: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = DOCS / f"{name}.md"
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    document = Sybil([PythonCodeBlockParser()], filenames=[page.name]).parse(page)
    blocks = list(document.examples())
    assert len(blocks) == page.read_text(encoding="utf-8").count("```python\n") > 0
    for block in blocks:
        block.evaluate()
    document.namespace["db"].close()
