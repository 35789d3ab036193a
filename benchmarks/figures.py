"""The figures of several runs as those of one: the median of each."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

NAMES: Final = {
    "floor": "psycopg by hand",
    "ferra": "ferra_sync",
    "class_row": "psycopg class_row",
    "pypika": "PyPika + psycopg",
    "sqlalchemy_core": "SQLAlchemy Core",
    "sqlalchemy_orm": "SQLAlchemy ORM",
    "django": "Django ORM",
    "peewee": "Peewee",
}
"""Contenders in the order in which they are shown, by slug: a run writes no more than the slug."""


def median_of(files: Iterable[str]) -> dict[str, Any]:
    """Return what `--json` has written to these files, numbers as their medians; what only some runs have is kept."""
    merged: dict[str, Any] = _median([json.loads(Path(file).read_text()) for file in files])
    return merged


def _median(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, Mapping):
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: _median([value[key] for value in values if key in value]) for key in keys}
    if isinstance(first, list):
        return [_median(several) for several in zip(*values, strict=True)]
    if isinstance(first, (int, float)) and not isinstance(first, bool):
        return statistics.median(values)
    return first
