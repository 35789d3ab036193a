"""`docs/type-errors.md` quotes what mypy and pyright say: `python tests/docs/test_type_errors.py` writes it anew."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "type-errors.md"
BLOCK = re.compile(r"```(?P<info>[^\n]*)\n(?P<text>.*?)```\n", re.DOTALL)
MYPY = re.compile(r".*\.py:(?P<line>\d+): error: (?P<message>.*)")
CHECKERS = ("mypy", "pyright")


class Case(NamedTuple):
    """A section of the page: what is wrong, and what is right instead."""

    title: str
    wrong: str
    right: str


def cases(page: str) -> Iterator[Case]:
    for section in page.split("\n## ")[1:]:
        blocks = {block["info"]: block["text"] for block in BLOCK.finditer(section)}
        if "python wrong" in blocks:
            yield Case(section.partition("\n")[0], blocks["python wrong"], blocks["python right"])


def program(page: str) -> tuple[str, dict[int, str]]:
    """Return the page's Python as one module, and the title of the section that each wrong line is of."""
    domain = next(block["text"] for block in BLOCK.finditer(page) if block["info"] == "python")
    lines = domain.splitlines()
    titles = {}
    for number, case in enumerate(cases(page)):
        for name, text in (("wrong", case.wrong), ("right", case.right)):
            lines += [f"def {name}{number}() -> None:"]
            for line in indent(text, "    ").splitlines():
                lines.append(line)
                if name == "wrong":
                    titles[len(lines)] = case.title
    return "\n".join(lines) + "\n", titles


def said(page: str) -> dict[str, dict[str, list[str]]]:
    """Return what each checker says of each section; of a right line it says nothing."""
    text, titles = program(page)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(text, encoding="utf-8")
        found = {"mypy": _mypy(path), "pyright": _pyright(path)}
    said: dict[str, dict[str, list[str]]] = {checker: {} for checker in CHECKERS}
    for checker, messages in found.items():
        for line, message in messages:
            assert line in titles, f"{checker}, line {line}: {text.splitlines()[line - 1]}: {message}"
            said[checker].setdefault(titles[line], []).append(message)
    return said


def _mypy(path: Path) -> list[tuple[int, str]]:
    flags = ("--config-file=", "--strict", "--follow-imports=silent", "--no-pretty", "--no-color-output")
    done = _run("mypy", *flags, f"--cache-dir={path.parent}", str(path))
    return [(int(each["line"]), each["message"]) for each in map(MYPY.match, done.splitlines()) if each]


def _pyright(path: Path) -> list[tuple[int, str]]:
    output = json.loads(_run("pyright", "--outputjson", f"--pythonpath={sys.executable}", str(path)))
    return [
        (each["range"]["start"]["line"] + 1, each["message"].replace("\u00a0", " "))
        for each in output["generalDiagnostics"]
        if each["severity"] == "error"
    ]


def _run(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout


def rewritten(page: str) -> str:
    """Return the page with what the checkers say today."""
    messages = said(page)
    head, *sections = page.split("\n## ")
    for number, section in enumerate(sections):
        title = section.partition("\n")[0]

        def quoted(block: re.Match[str], title: str = title) -> str:
            checker = block["info"].removeprefix("text ")
            if checker not in CHECKERS:
                return block[0]
            return f"```{block['info']}\n{chr(10).join(messages[checker].get(title, ['(nothing)']))}\n```\n"

        sections[number] = BLOCK.sub(quoted, section)
    return "\n## ".join([head, *sections])


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_both_checkers_say_what_the_page_quotes_and_nothing_of_the_cure(page):
    assert page == rewritten(page)


def test_every_section_quotes_both_checkers(page):
    assert len(list(cases(page))) >= 10
    for section in page.split("\n## ")[1:]:
        quoted = {block["info"] for block in BLOCK.finditer(section)}
        if "python wrong" in quoted:
            assert {f"text {checker}" for checker in CHECKERS} <= quoted
    assert page.count("(nothing)") == 1  # pyright lets a variable have another type after a branch


def test_what_the_readme_quotes_is_on_the_page(page):
    readme = (PAGE.parents[1] / "README.md").read_text(encoding="utf-8")
    quoted = [block["text"] for block in BLOCK.finditer(readme) if block["info"] == "text"]
    wrong = {line for case in cases(page) for line in case.wrong.splitlines()}
    asked = re.findall(r"```python\n(.*?)  # .*\n```\n\n```text", readme)
    assert len(quoted) == len(asked) == 3
    assert all(text in page for text in quoted)
    assert set(asked) <= wrong


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
