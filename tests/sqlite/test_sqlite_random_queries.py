"""Some hundred random queries and writes do the same on both databases; as scripts they ask as many as one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import random_queries
import random_writes
from random_queries import Answer


@pytest.mark.parametrize(
    ("answers", "cases", "served"), [(random_queries.answers, 500, 100), (random_writes.answers, 250, 150)]
)
def test_random_statements_do_what_they_do_on_postgresql(
    server_url: str,
    answers: Callable[[str, range, int], Iterator[tuple[int, Answer]]],
    cases: int,
    served: int,
) -> None:
    given = list(answers(server_url, range(cases), 3))
    assert not "\n\n".join(f"case {number}:\n{each.difference}" for number, each in given if each.difference)
    assert sum(each.refusal is None for _, each in given) >= served  # Refusing all would be no answer.
