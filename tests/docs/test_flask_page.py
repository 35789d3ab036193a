"""The page of Flask runs as it stands, from the top, and says what there is."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from ferra_sync import Database
from ferra_sync._http.problems import DEFAULT_CODES
from ferra_sync.integrations import flask

PAGE = Path(__file__).parents[2] / "docs" / "flask.md"


def test_every_block_runs_in_the_order_of_the_page(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", db.config.url)
    document = Sybil([PythonCodeBlockParser()], filenames=[PAGE.name]).parse(PAGE)
    blocks = list(document.examples())
    assert len(blocks) == PAGE.read_text().count("```python\n") > 0
    for block in blocks:
        block.evaluate()
    for app in ("app", "served"):
        document.namespace[app].extensions["ferra"].close()


def test_the_page_names_what_is_public_and_every_option() -> None:
    text = PAGE.read_text()
    names = set(flask.__all__) - {"FerraState", "Problem"}
    options = {field.name for cls in (flask.CrudOptions, flask.ProblemCodes) for field in attrs.fields(cls)}
    assert [name for name in sorted(names | options) if name not in text] == []


@pytest.mark.parametrize("status", [400, 404, 405, 409, 412, 422, 500, 503])
def test_the_page_has_the_code_of_each_status(status: int) -> None:
    assert f"`{DEFAULT_CODES.of_status(status)}`" in PAGE.read_text()
