"""Some thousand random queries give what SQL written by hand gives; `differential.py` runs as many as one likes."""

from __future__ import annotations

import subprocess
import sys

import differential
import pytest
from differential import CASES_OF_A_WORLD, differences

CASES = 4000


@pytest.mark.parametrize("start", range(0, CASES, 4 * CASES_OF_A_WORLD))
def test_random_queries_give_what_sql_written_by_hand_gives(server_url: str, start: int):
    assert not "\n\n".join(differences(server_url, range(start, start + 4 * CASES_OF_A_WORLD), seed=0))


def test_the_comparison_is_a_script_too() -> None:
    shown = subprocess.run(
        [sys.executable, differential.__file__, "--help"], capture_output=True, text=True, check=True
    )
    assert "--cases" in shown.stdout
