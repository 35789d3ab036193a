"""Keys in URLs: a segment for each column of the primary key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from ferra_sync._http.limits import excess
from ferra_sync._model.csv_cells import read_cell
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.json import spelled
from ferra_sync._model.model import ModelMeta
from ferra_sync.errors import NotFound, SchemaError


def check_key(meta: ModelMeta) -> None:
    """Raise SchemaError where a key cannot be a path, for it is secret."""
    for field in meta.key_fields:
        if field.secret:
            raise SchemaError(f"{field.ref} is secret, and a URL is not: a resource needs another key")


def parsed_key(meta: ModelMeta, segments: Sequence[str]) -> dict[str, Any]:
    """Return the values of a key by the names of its fields.

    Raises:
        NotFound: a segment spells no value of its column, so no row has this key.
    """
    return {field.key: _value(meta, field, text) for field, text in zip(meta.key_fields, segments, strict=True)}


def _value(meta: ModelMeta, field: FieldMeta, text: str) -> Any:  # noqa: ANN401 - of the column's type
    sql_type = field.ref.type
    with suppress(Exception):  # Whatever a parser raises, it may quote the text.
        value = read_cell(sql_type, text)
        if sql_type.complaint(value) is None and excess(sql_type, value) is None:
            return value
    raise NotFound(meta.table.name)


def key_value(key: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of the key's type
    """Return a key as a repository takes it: the one value, or a tuple."""
    values = tuple(key.values())
    return values[0] if len(values) == 1 else values


def path_of(meta: ModelMeta, row: object) -> str:
    """Return where a row is below its collection."""
    return "/".join(quote(str(spelled(value)), safe="") for value in meta.key_of(row))
