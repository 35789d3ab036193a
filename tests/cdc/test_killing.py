"""Whoever is killed, Redis holds at the end what the table does, byte for byte."""

from __future__ import annotations

from pathlib import Path

import killing


def test_redis_is_what_the_table_is_whoever_was_killed(tmp_path: Path):
    killed = killing.run(tmp_path, rounds=5, seed=5)
    assert killed["consumer"] >= 2
    assert killed["redis"] >= 1
    assert killed["postgres"] >= 1
