"""`ferra demo --web`: the shop of the examples in a browser, and nothing of it left."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from ferra_sync.cli._demo import web
from ferra_sync.cli._main import ferra

ROOT = Path(__file__).parents[2]


def test_the_shop_is_served_until_it_is_interrupted(database_url: str) -> None:
    command = [sys.executable, "-m", "ferra_sync.cli", "demo", "--web", "--port", "0", "--url", database_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, encoding="utf-8") as served:
        try:
            assert served.stdout is not None
            said = [served.stdout.readline(), served.stdout.readline()]
            assert said[1].startswith("The shop is open on http://127.0.0.1:"), said
            address = said[1].split()[5]
            for path, text in {"": "The shop", "api/users?role=admin": "ann", "api/products": "LAMP-RED"}.items():
                with urllib.request.urlopen(address + path) as answer:
                    assert text in answer.read().decode()
        finally:
            served.send_signal(signal.SIGINT)
            rest = served.stdout.read() if served.stdout else ""
    assert (served.returncode, rest) == (0, "Closed; nothing is left behind.\n")
    with psycopg.connect(database_url) as connection:
        left = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ferra%'").fetchall()
    assert left == []


@pytest.mark.parametrize("missing", ["flask", "argon2"])
def test_what_the_shop_needs_is_named(database_url: str, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)  # type: ignore[arg-type]  # an import of it fails
    done = CliRunner().invoke(ferra, ["demo", "--web", "--url", database_url])
    assert done.exit_code == 1
    assert "needs Flask and argon2-cffi: pip install 'ferra-sync[demo]'" in done.stderr


def test_a_package_without_the_shop_says_so(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(web, "_EXAMPLE", tmp_path)
    done = CliRunner().invoke(ferra, ["demo", "--web", "--url", database_url])
    assert (done.exit_code, "the shop is not there" in done.stderr) == (1, True)
