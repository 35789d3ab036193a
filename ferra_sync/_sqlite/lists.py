"""Lists as SQLite is given them: each is one parameter, of JSON, and one text of SQL serves every length."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ferra_sync._expression.identifiers import quoted
from ferra_sync._sqlite.storage import Convert, Storage


def listing(give: Convert, storage: Storage) -> Convert:
    """Return what makes of a list the JSON of its values; `give` makes of each what is kept."""
    spell = _SPELLED.get(storage.column)
    if spell is not None:
        return lambda values: json.dumps([None if each is None else spell(give(each)) for each in values])
    return lambda values: json.dumps([each for each in (_kept(give, value) for value in values) if each is not ...])


_SPELLED: dict[str, Convert] = {"REAL": repr, "BLOB": bytes.hex}
"""What JSON has not: floats to the last bit, and bytes."""

_READ = {"REAL": "ferra_real({})", "BLOB": "ferra_bytes({})"}


def _kept(give: Convert, value: object) -> object:
    kept = None if value is None else give(value)
    return ... if isinstance(kept, float) else kept  # A number between two of the column's, or beyond them all.


def elements(number: int, storage: Storage) -> str:
    """Return the query of the values of a list, the parameter of this number."""
    return f"SELECT {_value('value', storage)} FROM json_each(?{number})"  # noqa: S608 - a numbered place


def rows(first: int, storages: Sequence[Storage], names: Sequence[str]) -> str:
    """Return the query of the rows that lists make, one for each column, in order; the first is this parameter."""
    given = ["each.value", *(f"json_extract(?{first + n}, '$[' || each.key || ']')" for n in range(1, len(storages)))]
    columns = zip(given, storages, names, strict=True)
    items = ", ".join(f"{_value(value, storage)} AS {quoted(name)}" for value, storage, name in columns)
    return f"SELECT {items} FROM json_each(?{first}) AS each ORDER BY each.key"  # noqa: S608 - names and places


def _value(value: str, storage: Storage) -> str:
    return _READ.get(storage.column, "{}").format(value)
