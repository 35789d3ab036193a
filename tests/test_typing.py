"""Stock mypy and pyright on tests/typing: what they accept, the types that they infer, and what they reject."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

HERE = Path(__file__).parent / "typing"
ROOT = Path(__file__).parents[1]
FILES = sorted(path.name for path in HERE.glob("*.py"))
CHECKERS = ("mypy", "pyright")

MARK = re.compile(r"  # R(\d+) \S")
MYPY_ERROR = re.compile(r"(?P<file>[^:]+\.py):(?P<line>\d+): error: (?P<message>.+)")


@attrs.frozen(order=True)
class Line:
    file: str
    number: int


@attrs.frozen
class Marked:
    label: int
    line: Line
    text: str


def _marked() -> Iterator[Marked]:
    for name in FILES:
        for number, text in enumerate((HERE / name).read_text(encoding="utf-8").splitlines(), 1):
            mark = MARK.search(text)
            if mark:
                yield Marked(int(mark[1]), Line(name, number), text)


MARKED = tuple(_marked())


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", *command, *(str(HERE / name) for name in FILES)],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def _mypy(cache: Path) -> dict[Line, str]:
    """Return mypy's errors in our files, with nothing set but --strict and a look at lines it would not reach."""
    flags = ("--config-file=", "--strict", "--warn-unreachable", "--follow-imports=silent", "--no-pretty")
    done = _run("mypy", *flags, "--no-color-output", f"--cache-dir={cache}")
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found = filter(None, map(MYPY_ERROR.match, done.stdout.splitlines()))
    return {Line(Path(each["file"]).name, int(each["line"])): each["message"] for each in found}


def _pyright(project: Path) -> dict[Line, str]:
    """Return pyright's errors in our files, with its own defaults."""
    settings = {
        "include": [os.path.relpath(HERE, project)],
        "extraPaths": [str(ROOT), str(HERE)],
        "pythonVersion": "3.11",
        "typeCheckingMode": "standard",
    }
    (project / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", f"--pythonpath={sys.executable}", f"--project={project}"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    output = json.loads(done.stdout)
    assert output["summary"]["filesAnalyzed"] == len(FILES), output["summary"]
    return {
        Line(Path(each["file"]).name, each["range"]["start"]["line"] + 1): each["message"]
        for each in output["generalDiagnostics"]
        if each["severity"] == "error"
    }


@pytest.fixture(scope="session")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[Line, str]]:
    """What each checker says, from one run of it over all files."""
    with ThreadPoolExecutor() as pool:
        mypy = pool.submit(_mypy, tmp_path_factory.mktemp("mypy"))
        pyright = pool.submit(_pyright, tmp_path_factory.mktemp("pyright"))
        return {"mypy": mypy.result(), "pyright": pyright.result()}


def test_the_marked_lines_are_numbered_through():
    assert [each.label for each in sorted(MARKED, key=lambda each: each.label)] == list(range(1, len(MARKED) + 1))
    assert not [each.text for each in MARKED if each.line.file.startswith("accepts")]


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_marked_line_is_rejected(errors, checker):
    accepted = [each.text for each in MARKED if each.line not in errors[checker]]

    assert accepted == []


@pytest.mark.parametrize("checker", CHECKERS)
def test_no_other_line_is_rejected(errors, checker):
    marked = {each.line for each in MARKED}
    rejected = {line: message for line, message in errors[checker].items() if line not in marked}

    assert rejected == {}


def test_the_tables_and_models_of_the_examples_hold_at_run_time(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))

    import domain  # noqa: PLC0415 - it is found beside the examples

    assert domain.Events.__ferra_table__.name == "events"
