"""Some thousand random queries have one answer in both databases; `random_queries.py` asks as many as one likes."""

from __future__ import annotations

from random_queries import answers

CASES = 700
SERVED = 150
"""At least so many of them are, so that refusing all would not pass."""


def test_random_queries_have_the_answer_that_postgresql_gives(server_url: str) -> None:
    given = [(number, answer) for number, answer in answers(server_url, range(CASES), seed=3)]
    assert not "\n\n".join(
        f"case {number}:\n{each.difference}" for number, each in given if each.difference is not None
    )
    assert sum(each.refusal is None for _, each in given) >= SERVED
