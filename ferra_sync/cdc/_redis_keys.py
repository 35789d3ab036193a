"""The keys of rows in Redis: a template a table, which no two rows and no two tables share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any, Final, NamedTuple

from ferra_sync._model.json import spelled
from ferra_sync._postgres.captured_tables import CapturedTable
from ferra_sync.errors import ConfigError

STATE: Final = "ferra_cdc:"
"""What the keys of captures themselves begin with."""
_ESCAPES: Final = str.maketrans({"%": "%25", ":": "%3A"})
_GLOB: Final = str.maketrans({char: f"\\{char}" for char in "\\*?[]"})


class TableKeys(NamedTuple):
    """How the keys of a table are made.

    Attributes:
        key: primary key → the key in Redis.
        pattern: what all of them match, as SCAN takes it.
        prefix: what all of them begin with.
    """

    key: Callable[[tuple[Any, ...]], str]
    pattern: str
    prefix: str


def keys_of(tables: Sequence[CapturedTable], templates: Mapping[str, str]) -> dict[str, TableKeys]:
    """Return how the keys of each table are made, by its name.

    A template is a text and the columns of the primary key in braces, `post:{id}`; without one it is the table's name
    and the key's columns, with colons between.

    Raises:
        ConfigError: a template leaves out a column of the key or names another; keys of two tables may be the same.
    """
    named = {table.name for table in tables}
    for name in templates:
        if tables and name not in named:
            raise ConfigError(f"there is a key for {name}, which is not followed")
    found = {table.name: _keys(table, templates.get(table.name, _default(table))) for table in tables}
    for name, keys in found.items():
        for other, others in found.items():
            if name != other and keys.prefix.startswith(others.prefix):
                raise ConfigError(f"keys of {name} begin with those of {other}, {others.prefix}: say keys=")
    return found


def _default(table: CapturedTable) -> str:
    name = table.name.replace("{", "{{").replace("}", "}}")
    return ":".join((name, *(f"{{{column}}}" for column in table.key)))


def _keys(table: CapturedTable, template: str) -> TableKeys:
    parts = _parsed(table, template)
    columns = [column for _, column in parts if column is not None]
    if sorted(columns) != sorted(table.key):
        names = ", ".join(f"{{{column}}}" for column in table.key)
        raise ConfigError(f"the key of {table.name} in Redis has the primary key, {names}, and nothing else")
    prefix = parts[0][0]
    if not prefix or prefix.startswith(STATE) or STATE.startswith(prefix):
        raise ConfigError(f"the key of {table.name} in Redis begins with a text of its own, such as {table.name}:")
    if any(column is not None and ":" not in text for text, column in parts[1:]):
        raise ConfigError(f"the key of {table.name} in Redis has a colon between two columns")
    pattern = "".join(text.translate(_GLOB) + ("" if column is None else "*") for text, column in parts)
    return TableKeys(_maker(table, parts), pattern, prefix)


def _parsed(table: CapturedTable, template: str) -> list[tuple[str, str | None]]:
    try:
        parsed = [(text, field, spec, conversion) for text, field, spec, conversion in Formatter().parse(template)]
    except (ValueError, TypeError):
        raise ConfigError(f"the key of {table.name} in Redis has a brace without its other") from None
    if not parsed or any(spec or conversion for _, _, spec, conversion in parsed):
        raise ConfigError(f"the key of {table.name} in Redis is a text with columns in braces, without formats")
    return [(text, field) for text, field, _, _ in parsed]


def _maker(table: CapturedTable, parts: list[tuple[str, str | None]]) -> Callable[[tuple[Any, ...]], str]:
    columns = [column for _, column in parts if column is not None]
    if len(columns) == 1:
        before, after = parts[0][0], parts[1][0] if len(parts) > 1 else ""
        return lambda key: f"{before}{_text(key[0])}{after}"
    places = [(text, None if column is None else table.key.index(column)) for text, column in parts]

    def made(key: tuple[Any, ...]) -> str:
        return "".join([text if at is None else text + _text(key[at]).translate(_ESCAPES) for text, at in places])

    return made


def _text(value: Any) -> str:  # noqa: ANN401 - a primary key's part, of any type
    return str(value if type(value) in {int, str} else spelled(value))
