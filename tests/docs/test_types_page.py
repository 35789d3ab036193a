"""The Python of docs/types.md runs as it stands, on a PostgreSQL with PostGIS, and its types hold what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from databases import database_with, fresh_database
from postgis import postgis_server
from sybil import Sybil
from sybil.document import Document
from sybil.parsers.markdown import PythonCodeBlockParser
from tables import model_of

from ferra_sync import SERVER_DEFAULT, FerraModel, PgRepository

PAGE = Path(__file__).parents[2] / "docs" / "types.md"
ODD_VALUES: dict[str, Any] = {
    "price": Decimal("-1234.50"),
    "mask": "10110001",
    "flags": "101",
    "page": "<a>&amp;</a>",
    "spot": complex(1, -2.5),
    "card": "08:00:2b:01:02:03:04:05",
    "opens": time(12, tzinfo=timezone(timedelta(hours=2))),
    "owner": 2**32 - 1,
    "place": "16/B374D848",
    "snapshot": "10:20:10,14,15",
    "path": '$."a"[*]?(@ > 1)',
}


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    with postgis_server() as url:
        yield url


@pytest.fixture
def page(server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Document]:
    document = Sybil([PythonCodeBlockParser()], filenames=[PAGE.name]).parse(PAGE)
    with fresh_database(server_url) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        yield document
        if "db" in document.namespace:
            document.namespace["db"].close()


def test_every_block_runs_in_the_order_of_the_page_and_prints_what_it_says(
    page: Document, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = list(page.examples())
    assert len(blocks) == PAGE.read_text().count("```python\n") > 0
    for block in blocks:
        block.evaluate()
    promised = re.findall(r"print\(.*\)  # (.*)", PAGE.read_text())
    assert capsys.readouterr().out.splitlines() == promised


def test_each_type_without_a_function_is_written_and_read(page: Document, server_url: str) -> None:
    for block in page.examples():
        if "class Odds" in block.parsed or block.parsed.startswith("import enum"):
            block.evaluate()
    table = page.namespace["Odds"]
    model = model_of(
        FerraModel[table],
        **{name: type(value) for name, value in ODD_VALUES.items()},
        id=(int, SERVER_DEFAULT),
    )
    row = model(**ODD_VALUES)
    with database_with(server_url, table) as db:
        odds = PgRepository(model, db)
        assert odds.insert_many([row, row]) == [attrs.evolve(row, id=1), attrs.evolve(row, id=2)]
        assert odds.copy_in([row]) == 1
        assert odds.find_by_id(3) == attrs.evolve(row, id=3)
