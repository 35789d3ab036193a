"""A row's values, taken and looked at in one generated function for each model: straight-line code, without loops.

It says yes only where that is sure at a look at classes and by validators; what it does not take, `rows.py` looks at
field by field, and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import attrs

from ferra_sync._expression.sentinels import SERVER_DEFAULT, UNSET, Sentinel
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta

Verb: TypeAlias = Literal["insert", "update", "save", "change"]
"""What is done with a row: `save` inserts or updates it, `change` is a changeset's."""

RowCheck: TypeAlias = Callable[[object], tuple[Any, ...] | None]
"""A row → the values of its fields; None where one of them needs a closer look."""

RowsCheck: TypeAlias = Callable[[Iterable[object]], list[tuple[Any, ...]]]
"""Rows → the values of each up to the first that needs a closer look, which an iterator has given away then."""


def is_numbered(field: FieldMeta, verb: Verb) -> bool:
    """Whether the server alone gives a field's number: an upsert names the number, an UPDATE leaves it out."""
    return field.generated == "identity always" and verb in {"insert", "change"}


def may_be_default(field: FieldMeta, verb: Verb) -> bool:
    """Whether a field can be left to the server."""
    return field.has_default or field.nullable or verb == "update"


@lru_cache(maxsize=2048)
def row_check(meta: ModelMeta, verb: Verb) -> RowCheck:
    """Return what takes the values of a row, SERVER_DEFAULT and UNSET among them."""
    check: RowCheck = _Writer(meta, verb, None).function("check_row(row)", "return {}", "return None")
    return check


@lru_cache(maxsize=2048)
def rows_check(meta: ModelMeta, given: tuple[bool, ...] | None = None, *, verb: Verb = "insert") -> RowsCheck:
    """Return what takes the values of rows to insert.

    `given`: for each field whether every row has a value, which is taken, or leaves it to the server.
    """
    check: RowsCheck = _Writer(meta, verb, given).function("check_rows(rows)", "append({})", "break")
    return check


class _Writer:
    """Writes the Python source of a check."""

    def __init__(self, meta: ModelMeta, verb: Verb, given: tuple[bool, ...] | None) -> None:
        self._verb: Verb = verb
        self._fields = tuple(enumerate(meta.fields))
        self._given = given
        self._names: dict[str, Any] = {
            "default": SERVER_DEFAULT,
            "disabled": attrs.validators.get_disabled,
            "model": meta.model,
            "sentinel": Sentinel,
            "unset": UNSET,
        }

    def function(self, signature: str, taken: str, refused: str) -> Any:  # noqa: ANN401 - a row's check, or that of rows
        """Return the function that does `taken` with a row's values, or `refused`."""
        is_loop = refused == "break"
        values = "".join(f"v{at}, " for at, _ in self._fields if self._given is None or self._given[at])
        validation = self._validation(refused)
        body = [*self._loads(), f"if not ({' and '.join(self._conditions())}):", f"    {refused}", *validation]
        body += [taken.format(f"({values})")]
        if is_loop:
            checked = ["if type(row) is not model:", f"    {refused}", *body]
            body = ["values = []", "append = values.append", "for row in rows:", *_indented(checked), "return values"]
        if validation:
            body.insert(0, "is_checked = not disabled()")
        source = "\n".join([f"def {signature}:", *_indented(body)])
        exec(source, self._names)  # noqa: S102 - names of fields, which are identifiers, and numbers; no value
        return self._names[signature.partition("(")[0]]

    def _loads(self) -> Iterator[str]:
        for at, field in self._fields:
            # Whatever a row says of a generated column, it is never written.
            yield f"v{at} = default" if field.generated == "stored" else f"v{at} = row.{field.name}"

    def _conditions(self) -> Iterator[str]:
        for at, field in self._fields:
            yield f"({' or '.join(self._accepted(at, field))})"

    def _accepted(self, at: int, field: FieldMeta) -> Iterator[str]:
        """Yield each of the conditions under which a field's value is right."""
        is_given = None if self._given is None else self._given[at]
        if is_given is not False and not is_numbered(field, self._verb):
            yield self._fits(at, field)
            if field.nullable:
                yield f"v{at} is None"
        if not is_given and may_be_default(field, self._verb):
            yield f"v{at} is default"
        if self._verb == "change":
            yield f"v{at} is unset"
        yield "False"

    def _fits(self, at: int, field: FieldMeta) -> str:
        """Return the condition that a value is surely of its column's type."""
        sql_type = field.ref.type
        if object in sql_type.classes:
            condition = f"v{at} is not None and type(v{at}) is not sentinel"
        elif len(classes := (*sql_type.classes, *sql_type.also)) == 1:
            condition = f"type(v{at}) is {self._bind(f'c{at}', classes[0])}"
        else:
            condition = f"type(v{at}) in {self._bind(f'c{at}', frozenset(classes))}"
        if sql_type.problem is None or sql_type.structured is not None:
            return condition
        return f"({condition} and not {self._bind(f'p{at}', sql_type.problem)}(v{at}))"

    def _validation(self, refused: str) -> list[str]:
        lines = []
        for at, field in self._fields:
            if field.attribute.validator is not None:
                validator = self._bind(f"f{at}", field.attribute.validator)
                attribute = self._bind(f"a{at}", field.attribute)
                lines += [f"value = row.{field.name}", "if type(value) is not sentinel:"]
                lines += [f"    {validator}(row, {attribute}, value)"]
        if not lines:
            return []
        # A validator says no by whatever it raises.
        checked = ["try:", *_indented(lines), "except Exception:", f"    {refused}"]
        return ["if is_checked:", *_indented(checked)]

    def _bind(self, name: str, value: object) -> str:
        self._names[name] = value
        return name


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
