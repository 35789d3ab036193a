"""What CONTRIBUTING says of the tree is so: its picture, its paths, and the lines of its diffs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ferra_sync"
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
DIFFS = re.findall(r"^```diff\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def section(heading: str) -> str:
    return TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]


def test_the_picture_of_the_rooms_is_the_contract_that_imports_are_held_to() -> None:
    (contract,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    picture = section("The rooms").split("```")[1].strip().splitlines()
    drawn = [re.findall(r"^\S+|(?<=\|  )\S+(?=   )", line) for line in picture]
    assert [[re.sub(r"/$|\.py$", "", room) for room in line] for line in drawn] == [
        layer.split(" | ") for layer in contract["layers"]
    ]
    assert {room for layer in contract["layers"] for room in layer.split(" | ")} == {
        path.stem
        for path in PACKAGE.iterdir()
        if path.name != "__init__.py" and path.suffix in {"", ".py"} and path.stem[:2] != "__"
    }


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:_[a-z]+/|cli/|functions/|tests/|docs/)?[a-z_]+\.(?:py|md))`", TEXT)))
)
def test_a_file_that_is_named_is_there(path: str) -> None:
    assert (PACKAGE / path).is_file() or (ROOT / path).is_file() or list(PACKAGE.glob(f"_*/{path}"))


@pytest.mark.parametrize("new", ["column type", "operator", "function", "clause", "statement", "error", "command"])
def test_the_file_for_a_new_thing_is_said(new: str) -> None:
    rows = [row for row in section("Where does it go").splitlines() if row.startswith("|")]
    assert any(new in row.split("|")[1] for row in rows)


@pytest.mark.parametrize("diff", DIFFS, ids=range(len(DIFFS)))
def test_the_lines_of_a_diff_stand_in_its_files_in_this_order(diff: str) -> None:
    for part in diff.split("+++ ")[1:]:
        path, *lines = part.splitlines()
        rest = (ROOT / path).read_text().splitlines()
        for line in lines:
            assert line[1:] in rest, f"{path}: {line}"
            del rest[: rest.index(line[1:]) + 1]
