"""Lists as SQLite is given them: each is one parameter, of JSON, and one text of SQL serves every length."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from ferra_sync._expression.identifiers import quoted
from ferra_sync._sqlite.storage import Convert, Storage

ORDINAL: Final = "ordinal "
"""What the place of a row is called, which no column is."""

_SPELLED: Final[dict[str, Convert]] = {"REAL": repr, "BLOB": bytes.hex}
"""What JSON has not: floats to the last bit, and bytes."""

_READ: Final = {"REAL": "ferra_real({})", "BLOB": "ferra_bytes({})"}


def listing(give: Convert, storage: Storage) -> Convert:
    """Return what makes of a list the JSON of its values; those that no column can have are left out."""
    spell = _given(give, storage)
    return lambda values: json.dumps([each for each in map(spell, values) if each is not ...])


def column(give: Convert, storage: Storage) -> Convert:
    """Return what makes of a list the JSON of its values, one for each row; NULL for those that no column can have."""
    spell = _given(give, storage)
    return lambda values: json.dumps([None if each is ... else each for each in map(spell, values)])


def _given(give: Convert, storage: Storage) -> Convert:
    spell = _SPELLED.get(storage.column)

    def given(value: object) -> object:
        if value is None:
            return None
        kept = give(value)
        if spell is not None:
            return spell(kept)
        return ... if isinstance(kept, float) else kept  # A number between two of the column's, or beyond them all.

    return given


def elements(number: int, storage: Storage) -> str:
    """Return the query of the values of a list, the parameter of this number."""
    return f"SELECT {_value('value', storage)} FROM json_each(?{number})"  # noqa: S608 - a numbered place


def rows(first: int, storages: Sequence[Storage], names: Sequence[str]) -> str:
    """Return the query of the rows that lists make, one for each column; the first list is this parameter.

    Behind the columns stands the place of the row, `ORDINAL`.
    """
    given = ["each.value", *(f"json_extract(?{first + n}, '$[' || each.key || ']')" for n in range(1, len(storages)))]
    columns = zip(given, storages, names, strict=True)
    items = ", ".join(f"{_value(value, storage)} AS {quoted(name)}" for value, storage, name in columns)
    return f"SELECT {items}, each.key AS {quoted(ORDINAL)} FROM json_each(?{first}) AS each"  # noqa: S608 - see above


def _value(value: str, storage: Storage) -> str:
    return _READ.get(storage.column, "{}").format(value)
