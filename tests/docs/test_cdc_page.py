"""The page of change data capture runs as it stands, from the top, on servers of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "cdc.md"
POSTS = """
CREATE TABLE posts (
    id serial PRIMARY KEY, title varchar(200) NOT NULL, content text NOT NULL, likes integer NOT NULL DEFAULT 0)
"""


def test_every_block_runs_in_the_order_of_the_page_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "cdc"))
    from logical_servers import LogicalServer, Valkey  # noqa: PLC0415 - found beside the tests of the capture

    text = PAGE.read_text()
    with LogicalServer() as server, Valkey(tmp_path, "always") as valkey:
        server.execute(POSTS)
        monkeypatch.setenv("DATABASE_URL", server.url)
        monkeypatch.setenv("REDIS_URL", valkey.url)
        document = Sybil([PythonCodeBlockParser()], filenames=[PAGE.name]).parse(PAGE)
        blocks = list(document.examples())
        assert len(blocks) == text.count("```python\n") > 0
        for block in blocks:
            block.evaluate()
    said = re.sub(r"streaming: .*\n", "", capsys.readouterr().out)
    assert said == "".join(re.findall(r"\n\n```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
