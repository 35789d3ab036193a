"""The page on MongoDB runs as it stands."""

from __future__ import annotations

import subprocess
import sys
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


def test_without_pymongo_the_extra_is_named() -> None:
    program = (
        "import sys, importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'pymongo' else found(name, *rest)\n"
        "from ferra_sync import *\n"
        "from ferra_sync import MongoDatabase"
    )
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    assert "MongoDatabase needs pymongo: pip install 'ferra-sync[mongodb]'" in run.stderr.splitlines()[-1]
