"""`assert_queries` says which statements there were, from which lines, and never a value."""

from __future__ import annotations

import pytest

from ferra_sync import Database, PgRepository
from ferra_sync.testing import assert_queries
from schema import Film


def test_as_many_as_were_expected_pass(ferra_db: Database) -> None:
    films = PgRepository(Film, ferra_db)
    with assert_queries(ferra_db, 2) as counter:
        films.insert(Film("Alien"))
        with ferra_db.transaction() as tx:  # Its commands do not count.
            films.insert_in_tx(tx, Film("Aliens"))
    assert (counter.queries, counter.rows) == (2, 2)
    with assert_queries(ferra_db, 0):
        pass
    with assert_queries(ferra_db, at_most=3):
        films.count()


def test_more_are_shown_with_their_lines_and_texts_and_without_values(ferra_db: Database) -> None:
    films = PgRepository(Film, ferra_db)

    def send() -> None:
        for title in ("secret one", "secret two"):
            films.insert(Film(title))
        films.count()

    with pytest.raises(AssertionError) as raised, assert_queries(ferra_db, 1):
        send()
    first, *lines = str(raised.value).splitlines()
    assert first == "1 statement expected, 3 sent"
    assert [line.partition(" from ")[0] for line in lines[::2]] == ["  2 x INSERT films", "  1 x SELECT films"]
    assert all(
        "test_assert_queries.py:" in line and "in test_more_are_shown" in line and ".send" in line
        for line in lines[::2]
    )
    assert lines[1].startswith('    INSERT INTO "films"')
    assert "$1" in lines[1]
    assert "secret" not in str(raised.value)


def test_fewer_fail_too_unless_only_a_bound_is_given(ferra_db: Database) -> None:
    with pytest.raises(AssertionError, match=r"^2 statements expected, 0 sent$"), assert_queries(ferra_db, 2):
        pass
    with assert_queries(ferra_db, at_most=2):
        pass
    with (
        pytest.raises(AssertionError, match=r"^at most 0 statements expected, 1 sent\n"),
        assert_queries(ferra_db, at_most=0),
    ):
        PgRepository(Film, ferra_db).count()


def test_what_the_block_raises_goes_before_the_count(ferra_db: Database) -> None:
    with pytest.raises(LookupError), assert_queries(ferra_db, 5):
        raise LookupError


def test_many_lines_are_cut(ferra_db: Database) -> None:
    films = PgRepository(Film, ferra_db)
    calls = "\n".join(["films.count()"] * 22)
    with pytest.raises(AssertionError, match=r"\n  and 2 more$"), assert_queries(ferra_db, 0):
        exec(calls, {"films": films})


@pytest.mark.parametrize(
    "given", [{}, {"n": 1, "at_most": 1}, {"n": -1}, {"at_most": -1}, {"n": True}, {"n": 1.0}], ids=str
)
def test_a_number_or_a_bound_is_asked_for(ferra_db: Database, given: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a number of statements, 0 or more, or at_most="):
        assert_queries(ferra_db, **given).__enter__()
