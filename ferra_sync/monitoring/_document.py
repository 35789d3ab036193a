"""The monitor's page as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import attrs

from ferra_sync._postgres.observer import Caller
from ferra_sync.monitoring._activity import Block
from ferra_sync.monitoring._sampler import Sample, Watched

_LONG: Final = 1.0
"""Seconds of a transaction from which on it is shown among the long ones."""
_MOST_SESSIONS: Final = 200


def document(watched: Watched, app: object = None) -> dict[str, Any]:
    """Return what the page shows: of the server, and of the application whose statistics these are."""
    return {
        "failure": watched.failure,
        "points": plain(watched.points),
        "server": None if watched.sample is None else _server(watched.sample),
        "app": plain(app),
    }


def _server(sample: Sample) -> dict[str, Any]:
    activity = sample.activity
    return {
        "time": sample.time,
        "status": plain(sample.status),
        "blocks": [_block(block) for block in activity.blocks],
        "long_transactions": plain(activity.long_transactions(_LONG)),
        "sessions": plain(activity.sessions[:_MOST_SESSIONS]),
        "statements": plain(sample.statements),
        **plain(sample.storage),
    }


def _block(block: Block) -> dict[str, Any]:
    blocked, blocker = block.blocked, block.blocker
    return {
        "lock": blocked.awaited_lock,
        "seconds": blocked.blocked_seconds,
        "blocked": plain(blocked),
        "blocker": plain(blocker),
    }


def plain(value: object) -> Any:  # noqa: ANN401 - JSON has six types
    """Return a value of attrs classes, callers, sequences and mappings as JSON's own types."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    kind = type(value)
    if attrs.has(kind):
        return {field.name: plain(getattr(value, field.name)) for field in attrs.fields(kind)}
    if isinstance(value, Caller):
        return plain(value._asdict())
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    raise TypeError(f"{kind.__name__} is not for the monitor's page")
