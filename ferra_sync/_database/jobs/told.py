"""What may be kept and shown of an error: its class, and its message where that surely holds no values."""

from __future__ import annotations

from typing import Final

from ferra_sync.errors import Conflict, Db, JobError, NotFound, QueryError, SchemaError, ValidationError

_WITHOUT_VALUES: Final = (Conflict, Db, JobError, QueryError, SchemaError, ValidationError)


def told(error: BaseException) -> str:
    """Return an error's class, with its message if it is ours, else with the line that raised it."""
    name = type(error).__name__
    if isinstance(error, NotFound):
        return f"{name}: {error.resource}"  # Its message has the key.
    if isinstance(error, _WITHOUT_VALUES):
        return f"{name}: {error}"
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return name
    code = place.tb_frame.f_code
    return f"{name} in {code.co_name}, {code.co_filename}:{place.tb_lineno}"
