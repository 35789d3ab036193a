"""A row's values, taken and looked at in one generated function for each model: straight-line code, without loops.

It says yes only where that is sure at a look at classes and by validators; what it does not take, `rows.py` looks at
field by field, and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from ferra_sync._expression.sentinels import SERVER_DEFAULT, UNSET, Sentinel
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta

_NO_NAMES: Final[Mapping[str, object]] = MappingProxyType({})

Verb: TypeAlias = Literal["insert", "update", "save", "change"]
"""What is done with a row: `save` inserts or updates it, `change` is a changeset's."""

RowCheck: TypeAlias = Callable[[object], tuple[Any, ...] | None]
"""A row → the values of its fields; None where one of them needs a closer look."""

RowsCheck: TypeAlias = Callable[[Iterable[object]], list[tuple[Any, ...]]]
"""Rows → the values of each up to the first that needs a closer look, which an iterator has given away then."""

LinesCheck: TypeAlias = Callable[[Iterable[object]], tuple[list[str], int]]
"""The same, with a text of each, and how many of their values were None."""


def is_numbered(field: FieldMeta, verb: Verb) -> bool:
    """Whether the server alone gives a field's number: an upsert names the number, an UPDATE leaves it out."""
    return field.generated == "identity always" and verb in {"insert", "change"}


def may_be_default(field: FieldMeta, verb: Verb) -> bool:
    """Whether a field can be left to the server."""
    return field.has_default or field.nullable or verb == "update"


@lru_cache(maxsize=2048)
def row_check(meta: ModelMeta, verb: Verb) -> RowCheck:
    """Return what takes the values of a row, SERVER_DEFAULT and UNSET among them."""
    check: RowCheck = _Writer(meta, verb, None).of_one()
    return check


@lru_cache(maxsize=2048)
def rows_check(meta: ModelMeta, given: tuple[bool, ...] | None = None, verb: Verb = "insert") -> RowsCheck:
    """Return what takes the values of rows to write.

    `given`: for each field whether every row has a value, which is taken, or leaves it to the server.
    """
    writer = _Writer(meta, verb, given)
    check: RowsCheck = writer.of_many(writer.values)
    return check


def lines_check(meta: ModelMeta, given: tuple[bool, ...], line: str, names: Mapping[str, object]) -> LinesCheck:
    """Return what makes a text of each row to insert: `line` is an f-string's, of v0, the first field, and `names`."""
    check: LinesCheck = _Writer(meta, "insert", given, names).of_many(f'f"{line}"', counts_nulls=True)
    return check


class _Writer:
    """Writes the Python source of a check."""

    def __init__(
        self,
        meta: ModelMeta,
        verb: Verb,
        given: tuple[bool, ...] | None,
        names: Mapping[str, object] = _NO_NAMES,
    ) -> None:
        self._verb: Verb = verb
        self._fields = tuple(enumerate(meta.fields))
        self._given = given
        self._names: dict[str, Any] = {
            "default": SERVER_DEFAULT,
            "disabled": attrs.validators.get_disabled,
            "model": meta.model,
            "sentinel": Sentinel,
            "unset": UNSET,
            **names,
        }

    @property
    def values(self) -> str:
        """The tuple of the values that are taken."""
        return f"({''.join(f'v{at}, ' for at, _ in self._taken)})"

    @property
    def _taken(self) -> list[tuple[int, FieldMeta]]:
        return [(at, field) for at, field in self._fields if self._given is None or self._given[at]]

    def of_one(self) -> Any:  # noqa: ANN401 - the function
        """Return the check of a row."""
        return self._function("check_row(row)", [*self._checks("return None"), f"return {self.values}"])

    def of_many(self, result: str, *, counts_nulls: bool = False) -> Any:  # noqa: ANN401 - the function
        """Return the check of rows, each of which becomes `result`; with how many values were None."""
        nulls = [f"(v{at} is None)" for at, field in self._taken if field.nullable] if counts_nulls else []
        step = ["if type(row) is not model:", "    break", *self._checks("break"), f"append({result})"]
        step += [f"nulls += {' + '.join(nulls)}"] if nulls else []
        lines = ["results, nulls = [], 0", "append = results.append", "for row in rows:", *_indented(step)]
        lines += ["return results, nulls" if counts_nulls else "return results"]
        return self._function("check_rows(rows)", lines)

    def _function(self, signature: str, lines: list[str]) -> Any:  # noqa: ANN401 - the function
        if any(field.attribute.validator is not None for _, field in self._fields):
            lines = ["is_checked = not disabled()", *lines]
        source = "\n".join([f"def {signature}:", *_indented(lines)])
        exec(source, self._names)  # noqa: S102 - names of fields, which are identifiers, and numbers; no value
        return self._names[signature.partition("(")[0]]

    def _checks(self, refused: str) -> list[str]:
        """Return the lines that load a row's values and look at them, and do `refused` where one is not sure."""
        conditions = " and ".join(f"({' or '.join(self._accepted(at, field))})" for at, field in self._fields)
        return [*self._loads(), f"if not ({conditions}):", f"    {refused}", *self._validation(refused)]

    def _loads(self) -> Iterator[str]:
        for at, field in self._fields:
            # Whatever a row says of a generated column, it is never written.
            yield f"v{at} = default" if field.generated == "stored" else f"v{at} = row.{field.name}"

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
