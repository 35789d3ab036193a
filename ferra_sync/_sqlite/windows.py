"""The frame of a window: how far it reaches around a row."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from ferra_sync._expression import shapes
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._sqlite.given import refused


def frame_text(shape: Hashable, place: Callable[[SqlType[Any]], str]) -> str:
    """Return a frame; `place` returns the place of an offset. QueryError where SQLite has another meaning of it."""
    match shape:
        case (shapes.FRAME, str() as mode, str() as start, str() as end, exclude, *offsets):
            if mode == "range" and offsets:
                raise refused("RANGE with an offset")
            places = iter([place(each) for each in offsets if isinstance(each, SqlType)])
            bounds = [f"{next(places)} {kind}" if kind in {"preceding", "following"} else kind for kind in (start, end)]
            excluded = "" if exclude is None else f" exclude {exclude}"
            return f"{mode} BETWEEN {' AND '.join(bounds)}{excluded}".upper()
        case _:
            raise refused("such frame")
