"""The page of databases by name runs as it stands, from the top."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "providers.md"


def test_every_block_runs_in_the_order_of_the_page_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "migrations").symlink_to(ROOT / "migrations")
    (tmp_path / "settings.toml").write_text(text.partition("```toml\n")[2].partition("```")[0])
    document = Sybil([PythonCodeBlockParser()], filenames=[PAGE.name]).parse(PAGE)
    blocks = list(document.examples())
    assert len(blocks) == text.count("```python\n") > 0
    for block in blocks:
        block.evaluate()
    assert capsys.readouterr().out.strip() in text
    assert type(document.namespace["mine"].open()).__name__ == "Reports"
