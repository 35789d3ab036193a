"""The tables that a capture follows, and what reads their rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import attrs

from ferra_sync._expression.described import described
from ferra_sync._expression.identifiers import quoted
from ferra_sync._model.model import FerraModel, ModelMeta
from ferra_sync._postgres.captured_tables import CapturedTable, captured_table
from ferra_sync._postgres.captured_values import DictReader, ModelReader, RowReader
from ferra_sync.errors import ConfigError

Source: TypeAlias = type[FerraModel[Any]] | str
"""A table to follow: a model, which says what its rows become, or a table's name as SQL spells it."""


@attrs.define
class Followed:
    """A table that is followed.

    Attributes:
        table: what the catalog says of it.
        model: what its rows become; None: dicts.
        reader: what reads its rows, as its columns are at the moment.
        columns: name and type of each column that the sink has.
    """

    table: CapturedTable
    model: type[Any] | None
    reader: RowReader[Any]
    columns: tuple[tuple[str, int], ...]


def checked(tables: Sequence[Source]) -> tuple[Source, ...]:
    """Return the tables.

    Raises:
        ConfigError: there is none, or something else among them.
        SchemaError: a model does not agree with its table.
    """
    if isinstance(tables, str) or not tables:
        raise ConfigError("a capture follows a list of tables: models, or names")
    for each in tables:
        if isinstance(each, type) and issubclass(each, FerraModel):
            ModelMeta.of(each)
        elif not isinstance(each, str):
            raise ConfigError(f"a capture follows models and tables by name, not {described(each)}")
    return tuple(tables)


def followed(connection: Any, tables: Sequence[Source]) -> dict[tuple[str, str], Followed]:  # noqa: ANN401 - psycopg's
    """Return what is known of each table, by schema and name.

    Raises:
        ConfigError: a table is not there, has no key, or is named twice.
        SchemaError: a model has another column than its table.
    """
    found: dict[tuple[str, str], Followed] = {}
    for source in tables:
        table = captured_table(connection, source if isinstance(source, str) else _name(source))
        if (table.schema, table.table) in found:
            raise ConfigError(f"table {table.name} is followed twice")
        model = None if isinstance(source, str) else source
        reader = reader_of(table, model, table.columns, connection)
        found[table.schema, table.table] = Followed(table, model, reader, _read(table.columns, model))
    return found


def reader_of(
    table: CapturedTable,
    model: type[Any] | None,
    columns: Sequence[tuple[str, int]],
    connection: Any,  # noqa: ANN401 - psycopg's
) -> RowReader[Any]:
    """Return what reads rows of these columns."""
    if model is None:
        return DictReader(columns, table.key)
    return ModelReader(model, table, columns, connection)


def changed(each: Followed, columns: Sequence[tuple[str, int]]) -> bool:
    """Whether the columns are others than the sink has, of a model those that it has."""
    return _read(columns, each.model) != each.columns


def origin_of(source: str, tables: Iterable[Followed], *, with_columns: bool) -> str:
    """Return a text that is the same where a sink can go on; `source` is its server and publication."""
    named = sorted((each.table.name, list(each.columns) if with_columns else [], each.model is None) for each in tables)
    return json.dumps([source, named], separators=(",", ":"))


def _name(model: type[Any]) -> str:
    ref = ModelMeta.of(model).table.ref
    name = quoted(ref.name)
    return name if ref.schema is None else f"{quoted(ref.schema)}.{name}"


def _read(columns: Sequence[tuple[str, int]], model: type[Any] | None) -> tuple[tuple[str, int], ...]:
    if model is None:
        return tuple(columns)
    read = {ref.name for ref in ModelMeta.of(model).refs}
    return tuple(sorted(column for column in columns if column[0] in read))
