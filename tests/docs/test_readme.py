"""The README's own commands and examples, as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FROM_SOURCES = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check")
TABLES = """
    CREATE TABLE users (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        username varchar(50) NOT NULL UNIQUE,
        email varchar(100) NOT NULL UNIQUE,
        password_hash varchar(255) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE posts (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        title varchar(255) NOT NULL,
        published boolean NOT NULL DEFAULT false
    );
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def run(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "readme"}
    exec(compile(source, "README.md", "exec", dont_inherit=True), namespace)
    return namespace


def test_the_first_two_blocks_are_one_line_each():
    first, second = blocks("sh")
    assert first == "python3 -m venv .venv && .venv/bin/pip install -q '.[demo]' && .venv/bin/ferra demo\n"
    assert second == "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest -n auto\n"


def called(*command: str | Path, cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, without what the environment says of databases and of where Python finds modules."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PYTHONPATH"}}
    environment["PYTHONIOENCODING"] = "utf-8"
    done = subprocess.run(
        command, cwd=cwd, env=environment, input=text, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a virtual environment that has the wheel of this package, and what these tests run with."""
    folder = tmp_path_factory.mktemp("installed")
    sources = folder / "sources"
    shutil.copytree(ROOT / "ferra_sync", sources / "ferra_sync", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    venv.create(folder / "venv")
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder / "venv")}))
    called(sys.executable, "-m", "pip", "install", "-q", *FROM_SOURCES, "--target", packages, sources, cwd=folder)
    (packages / "dependencies.pth").write_text(
        "\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    )
    return Path(sysconfig.get_path("scripts", "venv", {"base": str(folder / "venv")})) / "python"


def test_the_first_example_runs_as_pasted_in_an_empty_folder(installed: Path, tmp_path: Path):
    where = "import ferra_sync; print(ferra_sync.__file__)\n"
    done = called(installed, "-W", "error", "-i", "-q", cwd=tmp_path, text=where + blocks("python")[0])
    assert re.sub("[.>]{3} ", "", done.stderr).strip() == ""
    path, *printed = done.stdout.splitlines()
    assert Path(path).is_relative_to(installed.parent.parent)
    film = "Film(title='Blade Runner', archived=True, id=1) {'items': [{'title': 'Blade Runner', 'archived': True,"
    assert [line for line in printed if line.startswith(film)]


def test_the_demo_has_its_shop_where_it_is_installed(installed: Path, tmp_path: Path):
    example = "from ferra_sync.cli._demo import web; print(*sorted(p.name for p in web._EXAMPLE.rglob('*.*')))"
    found = set(called(installed, "-c", example, cwd=tmp_path).stdout.split())
    assert found >= {path.name for path in (ROOT / "examples" / "shop").glob("*.[ph][yt]*")}
    assert found >= {"users.py", "up.sql"}


def test_the_longer_example_works(database_url: str, monkeypatch: pytest.MonkeyPatch):
    with psycopg.connect(database_url) as connection:
        connection.execute(TABLES)
    monkeypatch.setenv("DATABASE_URL", database_url)
    found = run(blocks("python")[1])
    with found["db"] as db:
        assert found["alice"].username == "alice"
        assert db.fetch_all(found["select"](found["User"])) == []
