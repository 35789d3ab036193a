"""A script of SQLite's is divided where SQLite's own shell would divide it."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from ferra_sync._postgres.lexer import UnterminatedError
from ferra_sync.migrations._sqlite_lexer import statements

PIECES = (
    *(
        "create",
        "TEMP",
        "trigger",
        "table",
        "END",
        "begin",
        "select",
        "case",
        "x",
        "é",
        "1",
        ";",
        ";",
        "(",
        ")",
        "$",
        ",",
    ),
    *(
        " ",
        "\n",
        "\t",
        "-",
        "/",
        "*",
        "--",
        "/*",
        "*/",
        "'",
        "''",
        '"',
        "`",
        "[",
        "]",
        "'a;b'",
        '"a;b"',
        "[a;b]",
        "`a;`",
    ),
    *("create trigger t begin ", "; end;", " ; END", "/* ; */", "-- ; \n", "create temporary trigger t "),
)


def divided(text: str) -> list[str]:
    """Return what SQLite takes for whole statements, one after the other, and what is left."""
    found, start = [], 0
    for end, character in enumerate(text, 1):
        if character == ";" and sqlite3.complete_statement(text[start:end]):
            found.append(text[start:end])
            start = end
    return [*found, text[start:]]


def unclosed(text: str) -> str | None:
    """Return what follows the quote or the comment that is never closed, if there is one."""
    try:
        statements(text)
    except UnterminatedError as error:
        return text[error.start :]
    return None


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_a_script_is_divided_where_sqlite_divides_it(text: str) -> None:
    rest = unclosed(text)
    if rest is not None:
        assert not sqlite3.complete_statement(rest + ";")
        return
    found = statements(text)
    starts = [each.start for each in found]
    begin, expected = 0, []
    for part in divided(text):
        inside = [start for start in starts if begin <= start < begin + len(part)]
        expected += inside[:1]
        begin += len(part)
    assert starts == expected
    assert all(text.startswith(each.text, each.start) for each in found)
