"""The page of monitoring runs as it stands, from the top."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from ferra_sync import Observer, QueryEvent

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "monitoring.md"


def test_every_block_runs_in_the_order_of_the_page_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").symlink_to(ROOT / "migrations")
    logger = logging.getLogger("ferra_sync.queries")
    monkeypatch.setattr(logger, "handlers", [])
    document = Sybil([PythonCodeBlockParser()], filenames=[PAGE.name]).parse(PAGE)
    blocks = list(document.examples())
    assert len(blocks) == text.count("```python\n") > 0
    try:
        for block in blocks:
            block.evaluate()
    finally:
        logger.setLevel(logging.NOTSET)
        document.namespace["db"].close()
    printed = capsys.readouterr().out.splitlines()
    assert printed
    assert [line for line in printed if f"# {line}" not in text] == []


def test_the_page_has_each_thing_that_an_observer_is_told() -> None:
    text = PAGE.read_text()
    told = {name for name in vars(Observer) if name.startswith("on_")}
    fields = {name for name in dir(QueryEvent) if not name.startswith("_")}
    assert [name for name in told if f"`{name}(" not in text] == []
    assert [name for name in fields if f"`{name}`" not in text] == []
