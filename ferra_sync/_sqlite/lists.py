"""Lists of values that are one parameter each: an array of JSON, whose elements json_each makes the rows of."""

from __future__ import annotations

import json
import math
from typing import Final

from ferra_sync._expression.references import ColumnRef
from ferra_sync._sqlite.given import refused
from ferra_sync._sqlite.storage import Convert, storage_of

_BEYOND: Final = 10**30
"""What is greater than every integer that SQLite keeps, and can be said in JSON."""


def list_giver(ref: ColumnRef) -> Convert:
    """Return what makes of values that are compared with a column the list that SQLite is given.

    Raises:
        QueryError: JSON cannot carry them.
    """
    storage = storage_of(ref.type)
    if not storage.listed:
        raise refused(f"list of {storage.family}")
    return lambda values: json.dumps([None if value is None else _finite(storage.given(value)) for value in values])


def beside_each_other(first: int, count: int) -> str:
    """Return the rows of lists that are the parameters from `first` on: `k<n>.value` each, in the order of `.key`."""
    lists = [f"json_each(?{number}) AS k{number}" for number in range(first, first + count)]
    others = [f" JOIN {each} ON {each.rpartition(' ')[2]}.key = k{first}.key" for each in lists[1:]]
    return lists[0] + "".join(others)


def _finite(given: object) -> object:
    if isinstance(given, float) and math.isinf(given):
        return _BEYOND if given > 0 else -_BEYOND
    return given
