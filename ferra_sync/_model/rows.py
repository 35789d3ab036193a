"""Rows to write: their values, checked against the columns and by attrs' own validators, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import attrs

from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import SERVER_DEFAULT, UNSET, Sentinel
from ferra_sync._expression.shapes import DEFAULT
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rejections import rejection
from ferra_sync._model.row_checks import Verb, is_numbered, may_be_default, row_check, rows_check
from ferra_sync.errors import QueryError, ValidationError

Given: TypeAlias = tuple[bool, ...]
"""For each field of a row, whether it has a value; the others are left to the server."""

FieldValues: TypeAlias = tuple[Any, ...]
"""The values of some rows, for each field a sequence of these, or an array as PostgreSQL spells it."""


def given(values: tuple[Any, ...]) -> Given:
    """Return which of a row's values are not SERVER_DEFAULT."""
    return tuple([value is not SERVER_DEFAULT for value in values])


@lru_cache(maxsize=4096)
def value_list(meta: ModelMeta, fields: Given) -> tuple[Any, ...]:
    """Return one of VALUES' rows: for each field a parameter, or DEFAULT."""
    pairs = zip(meta.refs, fields, strict=True)
    return tuple([ref.type.parameter if is_given else DEFAULT for ref, is_given in pairs])


def arrays_of(columns: Iterable[ColumnRef]) -> tuple[SqlType[Any], ...]:
    """Return what a statement says for many values of each of these columns: a parameter each."""
    return tuple([ref.type.parameter.array for ref in columns])


class CheckedRows(NamedTuple):
    """The values of some rows, and for each field whether any row leaves it to the server, and whether all do."""

    values: list[tuple[Any, ...]]
    columns: list[tuple[Any, ...]]
    """The same values, a tuple for each field."""
    any_default: tuple[bool, ...]
    all_default: tuple[bool, ...]

    @property
    def is_uniform(self) -> bool:
        """Whether all rows leave the same fields to the server."""
        return self.any_default == self.all_default

    @property
    def given(self) -> Given:
        """The fields that some row gives; of uniform rows, those that all give."""
        return tuple([not left for left in self.all_default])


def check_insertable(meta: ModelMeta, rows: Iterable[object]) -> None:
    """Raise QueryError where a model lacks a column that must be given, or one of `rows` is not of this model."""
    model = meta.model
    if meta.purpose == "change":
        raise QueryError(f"{model.__name__} is a changeset: it can be set, not inserted")
    if meta.missing:
        names = ", ".join(ref.name for ref in meta.missing)
        raise QueryError(f"{model.__name__} cannot be inserted: it lacks {names}, which {meta.table.name} requires")
    _check_class(meta, rows, "INSERT")


def _check_class(meta: ModelMeta, rows: Iterable[object], statement: str) -> None:
    for other in set(map(type, rows)) - {meta.model}:
        raise QueryError(f"rows of one {statement} are of one class: {meta.model.__name__}, not {other.__name__}")


def checked_values(meta: ModelMeta, row: object, verb: Verb, number: int | None = None) -> tuple[Any, ...]:
    """Return the values of the fields of `row`, in order; `number` is its place among several.

    Raises:
        ValidationError: a value is of the wrong type or the server's own to give, or a validator of the model rejects
            it.
    """
    values = row_check(meta, verb)(row)
    return _looked_at(meta, row, verb, number) if values is None else values


def checked_rows(
    meta: ModelMeta, rows: Sequence[object], verb: Verb = "insert", *, first: int | None = 0
) -> CheckedRows:
    """Return the values of `rows`, which can be written so.

    `first` is the number of the first row, None where it is the only one. With the verb `save` a row may give the
    number that only the server gives.

    Raises:
        QueryError: the rows are of several classes, or the class lacks a column that must be given.
        ValidationError: a value is of the wrong type or the server's own to give, or a validator of the model rejects
            it.
    """
    if verb == "update":
        _check_class(meta, rows, "UPDATE")
    else:
        check_insertable(meta, rows)
    remaining, check = iter(rows), rows_check(meta, None, verb)
    values = check(remaining)
    while (number := len(values)) < len(rows):
        values.append(_looked_at(meta, rows[number], verb, None if first is None else first + number))
        values += check(remaining)
    columns = list(zip(*values, strict=True))
    classes = [set(map(type, column)) for column in columns]
    any_default = tuple(Sentinel in found for found in classes)
    return CheckedRows(values, columns, any_default, tuple(found == {Sentinel} for found in classes))


def _looked_at(meta: ModelMeta, row: object, verb: Verb, number: int | None) -> tuple[Any, ...]:
    """Return the values of a row, each looked at; ValidationError says what is wrong with which."""
    values = meta.values(row)
    wrong: dict[str, str] = {}
    for value, field in zip(values, meta.fields, strict=True):
        complaint = _complaint(value, field, verb)
        if complaint is not None:
            wrong[field.name] = complaint
    _validate(row, meta, wrong)
    if wrong:
        raise ValidationError(meta.model.__name__, wrong, number)
    return values


def _complaint(value: object, field: FieldMeta, verb: Verb) -> str | None:
    if value is SERVER_DEFAULT:
        is_possible = may_be_default(field, verb)
        return None if is_possible else f"{field.ref} has no default, so it cannot be SERVER_DEFAULT"
    if value is UNSET:
        return None if verb == "change" else f"{field.ref} cannot be UNSET: only a changeset's field can"
    if is_numbered(field, verb):
        return f"{field.ref} is always numbered by the server: it can be SERVER_DEFAULT alone"
    if value is None:
        return None if field.nullable else f"{field.ref} is not nullable"
    complaint = field.ref.type.complaint(value)
    return None if complaint is None else f"{field.ref} {complaint}"


def _validate(row: object, meta: ModelMeta, wrong: dict[str, str]) -> None:
    if attrs.validators.get_disabled():
        return
    for attribute in (field.attribute for field in meta.fields):
        value = getattr(row, attribute.name)
        if attribute.validator is not None and attribute.name not in wrong and not isinstance(value, Sentinel):
            problem = rejection(attribute.validator, row, attribute, value)
            if problem is not None:
                wrong[attribute.name] = problem
