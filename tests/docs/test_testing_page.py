"""The page of tests is a test module, which passes with the configuration that it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ferra_sync import testing

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def page(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server_url: str) -> pytest.Pytester:
    monkeypatch.setenv("DATABASE_URL", server_url)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (settings,) = blocks("ini")
    (pytester.path / "pytest.ini").write_text(settings, encoding="utf-8")
    (pytester.path / "migrations").symlink_to(ROOT / "migrations")
    monkeypatch.syspath_prepend(str(ROOT))
    return pytester


def run(page: pytest.Pytester, code: str) -> pytest.RunResult:
    (page.path / "test_alien.py").write_text(code, encoding="utf-8")
    return page.runpytest_inprocess("-p", "pytest_ferra_sync", "--strict-markers")


def test_every_block_passes_as_one_module(page: pytest.Pytester) -> None:
    code = "\n".join(blocks("python"))
    result = run(page, code)
    result.assert_outcomes(passed=code.count("\ndef test_"))


def test_the_message_is_as_shown(page: pytest.Pytester) -> None:
    block = """
def test_counts(ferra_db):
    films = PgRepository(Film, ferra_db)
    with assert_queries(ferra_db, 1):
        films.insert(Film("Alien"))
        films.count()
"""
    result = run(page, blocks("python")[0] + block)
    result.assert_outcomes(failed=1)
    (shown,) = blocks("text")
    said = str(result.stdout)
    for line in shown.splitlines():
        pattern = re.sub(r"test_alien\\\.py:\d+", r"test_alien.py:\\d+", re.escape(line).replace("…", ".*"))
        assert re.search(pattern, said), (line, said)


def test_the_page_names_what_is_public_and_every_option() -> None:
    plugin = (ROOT / "pytest_ferra_sync.py").read_text(encoding="utf-8")
    fixtures = re.findall(r"^@pytest\.fixture.*\ndef (\w+)", plugin, re.MULTILINE)
    options = re.findall(r'add(?:ini|option)\(\s*"([\w-]+)"', plugin)
    assert len(fixtures) == 5
    assert len(options) == 3
    assert [name for name in (*fixtures, *options, *testing.__all__) if name not in TEXT] == []
