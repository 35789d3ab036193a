"""The guide's Python runs as it stands, from the top, in one namespace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.document import Document
from sybil.parsers.markdown import PythonCodeBlockParser

GUIDE = Path(__file__).parents[2] / "docs" / "guide.md"


@pytest.fixture
def guide(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Document]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    document = Sybil([PythonCodeBlockParser()], filenames=[GUIDE.name]).parse(GUIDE)
    yield document
    if "db" in document.namespace:
        document.namespace["db"].close()


def test_every_block_runs_in_the_order_of_the_guide_and_prints_what_it_says(
    guide: Document, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GUIDE.read_text()
    blocks = list(guide.examples())
    assert len(blocks) == text.count("```python\n") > 0
    assert {fenced.split("\n")[0] for fenced in text.split("```")[1::2]} == {"python", "sh", "sql"}
    for block in blocks:
        block.evaluate()
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] in text
    assert repr(guide.namespace["patch"]) in text
    assert guide.namespace["page"].total == 1
