"""What is shown of statements: names and words, and no value, however it is spelled and wherever the text was cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync.monitoring._shown_sql import shown_sql

SECRET = "zq"

SHOWN = {
    "SELECT * FROM users WHERE id = $1": "SELECT * FROM users WHERE id = $1",
    "select  name\n from\tusers where email = 'ann@x.org'": "select name from users where email = ?",
    "SELECT 'it''s', E'it\\'s', $$it's$$, $a$ $b$ $a$, B'101', X'ff', N'x'": "SELECT ?, …, B?, X?, N?",
    'SELECT U&\'\\0441\', U&"d\\0061t", "Users"."a\'\'b"': 'SELECT U&?, U&"d\\0061t", "Users"."a\'\'b"',
    "SELECT 1, 1.5, .5, 1., 1e10, 1.5E-3, 0xFF, 1_000, -7, t1, a1.b2": "SELECT ?, …, -?, t1, a1.b2",
    "SELECT id[1], id::numeric(10,2)": "SELECT id[?], id::numeric(?, …)",
    "WHERE a IN (1, 2, 3) AND b IN ('x')": "WHERE a IN (?, …) AND b IN (?)",
    "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')": "INSERT INTO t VALUES (?, …), …",
    "WHERE a = TRUE AND b IS FALSE AND c IS NOT TRUE AND d IS NULL AND is_true": (
        "WHERE a = ? AND b IS FALSE AND c IS NOT TRUE AND d IS NULL AND is_true"
    ),
    "SELECT 1 /* id: zq /* nested */ */ -- zq\n FROM t": "SELECT ? FROM t",
    "SET LOCAL app.user = zq": "SET LOCAL app.user = ?",
    "set search_path to zq, public": "set search_path to ?",
    "ALTER ROLE ann SET app.key TO zq": "ALTER ROLE ann SET app.key TO ?",
    "BEGIN; SET a = zq; SELECT b": "BEGIN; SET a = ?; SELECT b",
    "UPDATE t SET a = b, c = 'zq' WHERE d = e": "UPDATE t SET a = b, c = ? WHERE d = e",
    "ALTER ROLE ann PASSWORD 'zq'": "ALTER ROLE ann PASSWORD ?",
    "ALTER TABLE t ALTER c SET DEFAULT 'zq'": "ALTER TABLE t ALTER c SET DEFAULT ?",
    "SELECT 'zq\\' , 'zq": "SELECT …",
    "SELECT 'C:\\temp', a": "SELECT ?, a",
    "SELECT a, 'zq": "SELECT a, …",
    "SELECT a /* zq": "SELECT a …",
    "'zq": "…",
    "SELECT $q$ zq": "SELECT …",
    "": "",
}


@pytest.mark.parametrize("text", SHOWN)
def test_a_statement_is_shown_without_its_values(text: str) -> None:
    assert shown_sql(text) == SHOWN[text]


def test_what_is_very_long_is_cut() -> None:
    assert len(shown_sql("SELECT " + "a, " * 5000 + "b")) < 2100


def _plain(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _escaped(value: str) -> str:
    return "E'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _dollars(value: str) -> str:
    return f"$q${value}$q$"


_values = st.text(alphabet="a'\\\"$;-/* \n()é", max_size=8).map(lambda text: text + SECRET + text)
_literals = st.builds(lambda spell, value: spell(value), st.sampled_from([_plain, _escaped, _dollars]), _values)
_words = st.sampled_from(
    [
        "SELECT",
        "a",
        '"b c"',
        "=",
        "(",
        ")",
        ",",
        "$1",
        "$2",
        "::",
        "text",
        "-- c\n",
        "/* c */",
        "1.5",
        "B",
        "U&",
        "e",
        "+",
    ]
)


@given(st.lists(st.one_of(_words, _literals), max_size=12), st.data())
def test_no_value_is_shown_however_it_is_spelled_and_wherever_it_is_cut(parts: list[str], data: st.DataObject) -> None:
    text = " ".join(parts)
    cut = data.draw(st.integers(0, len(text)))
    assert SECRET not in shown_sql(text)
    assert SECRET not in shown_sql(text[:cut])
    assert shown_sql(shown_sql(text)) is not None


@given(st.lists(_values, min_size=1, max_size=4))
def test_where_backslashes_are_escapes_in_every_text_no_value_is_shown_either(values: list[str]) -> None:
    texts = [value.replace("\\", "\\\\").replace("'", "\\'") for value in values]
    assert SECRET not in shown_sql("SELECT " + ", ".join(f"'{text}'" for text in texts))
