"""The page on MongoDB runs as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

PAGE = Path(__file__).parents[2] / "docs" / "mongodb.md"


def test_every_block_of_the_page_runs(mongodb_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Sybil([PythonCodeBlockParser()], filenames=[PAGE.name]).parse(PAGE)
    blocks = list(document.examples())
    assert len(blocks) == PAGE.read_text().count("```python\n") > 0
    monkeypatch.setenv("MONGODB_URL", mongodb_url)
    for block in blocks:
        block.evaluate()
    document.namespace["db"].close()
