"""Models from the records of a CSV file, each validated as `validated` does."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Final, Generic, get_args, get_origin

import attrs

from ferra_sync._model.csv_cells import TEXTS, read_cell
from ferra_sync._model.csv_lines import Cells, Record
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import M, ModelMeta
from ferra_sync._model.row_checks import row_check
from ferra_sync._model.validated import validated
from ferra_sync.errors import ValidationError

_WHOLE: Final = ""
"""The key of what is wrong with no field alone."""


class CsvRows(Generic[M]):
    """Makes models of records; the first of them, the header, says which field each value is of.

    Raises:
        ValidationError: the header names no field, a secret one, one that the server fills in, or one twice, or it
            lacks a field without a default: all of it at once.
    """

    def __init__(self, model: type[M], header: Record | None) -> None:
        self._model = model
        self._meta = ModelMeta.of(model)
        self._check = row_check(self._meta, "insert")
        if header is None or header.problem is not None:
            problem = "is empty: its first line names the columns" if header is None else f"{header.problem}"
            raise self._error(1, {_WHOLE: problem})
        self._fields = self._named(header)
        self._arguments = tuple(field.attribute.alias or field.name for field in self._fields)
        self._is_plain = all(map(_is_plain, self._meta.fields))

    def row(self, record: Record) -> M:
        """Return the model that a record is.

        Raises:
            ValidationError: it is none, by its line; `.errors` has all that is wrong with its fields, by name.
        """
        line, cells, problem = record
        if problem is not None:
            raise self._error(line, {_WHOLE: problem})
        if len(cells) != len(self._fields):
            counted = f"has {len(cells)} value{'s' if len(cells) > 1 else ''}; the header has {len(self._fields)}"
            raise self._error(line, {_WHOLE: counted})
        values, wrong = self._read(cells)
        row = self._made(values) if self._is_plain and not wrong else None
        return row if row is not None else self._validated(line, values, wrong)

    def _named(self, header: Record) -> tuple[FieldMeta, ...]:
        fields = {field.key: field for field in self._meta.fields}
        names = [(name or "").strip() for name in header.cells]
        wrong: dict[str, str] = {}
        for name in names:
            problem = _header_problem(fields.get(name), is_twice=names.count(name) > 1)
            if problem is not None:
                wrong[name] = problem if name else "a column has no name"
        wrong |= {field.key: "is missing" for field in fields.values() if _is_needed(field) and field.key not in names}
        if wrong:
            raise self._error(header.line, wrong)
        return tuple(fields[name] for name in names)

    def _read(self, cells: Cells) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the values by the fields' keys, and what is wrong with the others."""
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for field, cell in zip(self._fields, cells, strict=True):
            is_text = field.type in TEXTS
            if cell is None or not (is_text or cell.strip()):
                if field.nullable:
                    values[field.key] = None
                elif is_text:
                    values[field.key] = ""
                continue
            try:
                values[field.key] = read_cell(field.ref.type, cell)
            except Exception:  # noqa: BLE001 - whatever a parser raises, it may quote the value
                wrong[field.key] = f"{field.ref} is {field.ref.type}, which this text spells none of"
        return values, wrong

    def _made(self, values: Mapping[str, Any]) -> M | None:
        """Return the model where it is surely right."""
        named = {
            argument: values[field.key]
            for field, argument in zip(self._fields, self._arguments, strict=True)
            if field.key in values
        }
        try:
            row = self._model(**named)
        except Exception:  # noqa: BLE001 - a validator, a converter or a default of any kind
            return None
        return None if self._check(row) is None else row

    def _validated(self, line: int, values: Mapping[str, Any], wrong: Mapping[str, str]) -> M:
        try:
            row = validated(self._model, values)
        except ValidationError as error:
            raise self._error(line, error.errors | dict(wrong)) from None
        if wrong:
            raise self._error(line, wrong)
        return row

    def _error(self, line: int, errors: Mapping[str, str]) -> ValidationError:
        return ValidationError(self._model.__name__, errors, line=line)


def _header_problem(field: FieldMeta | None, *, is_twice: bool) -> str | None:
    if field is None:
        return "is unknown"
    if field.secret:
        return "is secret: no file has it"
    if field.generated in {"stored", "identity always"} or not field.attribute.init:
        return "is filled in by the server or the class"
    return "is there twice" if is_twice else None


def _is_needed(field: FieldMeta) -> bool:
    """Whether no model can be made without this field."""
    return field.attribute.init and field.attribute.default is attrs.NOTHING


def _is_plain(field: FieldMeta) -> bool:
    """Whether the field takes whatever its column does, so that its annotation asks for no further look."""
    if field.annotation is Any or field.annotation is object:
        return True
    members = get_args(field.annotation) if isinstance(field.annotation, UnionType) else (field.annotation,)
    return set(field.ref.type.classes) <= {get_origin(member) or member for member in members}
