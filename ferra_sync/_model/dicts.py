"""Models as dicts and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ferra_sync._expression.sentinels import Sentinel
from ferra_sync._model.json import spelled, spelling, spelling_of
from ferra_sync._model.model import ModelMeta, Record


def to_dict(model: Record[Any]) -> dict[str, Any]:
    """Return the fields of a model as JSON's own types, each under the name of its column's attribute on the table.

    Secret fields are left out, and so are those that are `UNSET` or `SERVER_DEFAULT`. Numbers, texts, booleans, lists
    and JSON documents are themselves; a Decimal, a UUID and an address are their text, dates and times ISO 8601
    (a timedelta is a duration, `"P1DT2H0M0S"`), bytes Base64, a range PostgreSQL's text `"[1,5)"`, an enum its value,
    what is of a custom type the text that its `dump` writes. `validated` reads them back:
    `validated(type(model), to_dict(model)) == model` where nothing is secret.

    Raises:
        SchemaError: `model` is no model of a table.
        TypeError: JSON has no spelling for a value.
    """
    cls: type = type(model)
    return {
        key: spell(value) for key, name, spell in _shown(cls) if not isinstance(value := getattr(model, name), Sentinel)
    }


@lru_cache(maxsize=1024)
def _shown(model: type[Any]) -> tuple[tuple[str, str, Callable[[Any], Any]], ...]:
    """Return the key and the name of each field that is not secret, and what spells it."""
    fields = ModelMeta.of(model).fields
    return tuple((field.key, field.name, spelling_of(field.ref.type)) for field in fields if not field.secret)


spelling.register(Record, to_dict)


def to_json(value: object) -> str:
    """Return JSON's text of a model, a page, a row or a list of these; each model is what `to_dict` says.

    Raises:
        TypeError: JSON has no spelling for a value.
    """
    return json.dumps(spelled(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
