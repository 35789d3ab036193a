"""What is known of a filter class: its fields, each held against its operator when the class is made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import reduce
from operator import attrgetter, or_
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias, get_args, get_origin

import attrs

from ferra_sync._expression.column import Column
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.operators import is_predicate
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.sentinels import UNSET
from ferra_sync._expression.shapes import columns_of, has_aggregate, has_window
from ferra_sync._expression.values import Value
from ferra_sync._model import type_hints
from ferra_sync._model.by import OPERATOR, Operator
from ferra_sync._model.examples import alternatives
from ferra_sync.errors import QueryError, SchemaError

if TYPE_CHECKING:
    _Attribute: TypeAlias = attrs.Attribute[Any]
else:
    _Attribute = attrs.Attribute  # It is generic to checkers alone.

Make: TypeAlias = Callable[[Any], AnyExpr]
"""What a value becomes a predicate by."""


@attrs.frozen(eq=False)
class FilterField(Value):
    """A field of a filter.

    Attributes:
        name: the attribute's name.
        key: what the outside calls it.
        wanted: the annotation without `Unset` and None.
        takes_none: whether None is a value of it.
        takes_several: whether a value of it is a collection.
        operator: value → predicate.
    """

    name: str
    key: str
    wanted: Any
    takes_none: bool
    takes_several: bool
    operator: Make
    attribute: _Attribute


@attrs.frozen(eq=False)
class FilterMeta(Value):
    """What is known of a filter class.

    Attributes:
        model: the class.
        fields: its fields, in order.
        operators: what each field's value becomes a predicate by.
        values: filter → its fields' values, in order.
    """

    model: type[Any]
    fields: tuple[FilterField, ...]
    operators: tuple[Make, ...]
    values: Callable[[Any], tuple[Any, ...]]


def declared(model: type[Any], tables: Collection[TableRef] | None, hints: Mapping[str, Any]) -> FilterMeta:
    """Return what is known of a filter class over `tables`; None: it leaves open which these are.

    Raises:
        SchemaError: a field has no operator, or one that does not take what its annotation says.
    """
    fields = tuple([_field(model, each, hints.get(each.name, each.type)) for each in attrs.fields(model)])
    keys = [field.key for field in fields]
    for field in fields:
        if keys.count(field.key) > 1:
            raise SchemaError(f"{model.__name__}: two of its fields are called {field.key}")
        _check(model, field, tables)
    return FilterMeta(
        model, fields, tuple([field.operator for field in fields]), _getter([each.name for each in fields])
    )


def _field(model: type[Any], attribute: _Attribute, annotation: Any) -> FilterField:  # noqa: ANN401 - an annotation
    here = f"{model.__name__}.{attribute.name}"
    operator = attribute.metadata.get(OPERATOR)
    if not isinstance(operator, Operator):
        raise SchemaError(f"{here} does not say how it filters: write = by(…)")
    if annotation is None:
        raise SchemaError(f"{here} has no annotation: write {attribute.name}: … | Unset = by(…)")
    members = list(type_hints.members(annotation))
    if UNSET not in members and Any not in members:
        raise SchemaError(f"{here} may be left out: write {type_hints.spelled(annotation)} | Unset")
    wanted = _wanted(annotation)
    takes_none = NoneType in members
    return FilterField(
        name=attribute.name,
        key=operator.name or attribute.alias or attribute.name,
        wanted=wanted,
        takes_none=takes_none,
        takes_several=_is_collection(wanted),
        operator=operator.with_none() if takes_none else operator.without_none(),
        attribute=attribute,
    )


def _wanted(annotation: Any) -> Any:  # noqa: ANN401 - an annotation
    """Return an annotation without its alternatives `Unset` and None."""
    parts = get_args(annotation) if get_origin(annotation) in type_hints.UNIONS else (annotation,)
    left = [part for part in parts if not {NoneType, UNSET}.issuperset(type_hints.members(part))]
    return reduce(or_, left) if left else Any


def _is_collection(wanted: Any) -> bool:  # noqa: ANN401 - an annotation
    origin = get_origin(wanted) or wanted
    return isinstance(origin, type) and issubclass(origin, Collection) and not issubclass(origin, (str, bytes, Mapping))


def _check(model: type[Any], field: FilterField, tables: Collection[TableRef] | None) -> None:
    """Raise SchemaError where the operator does not take what the annotation says, or names another table."""
    here = f"{model.__name__}.{field.name}"
    given = field.attribute.metadata[OPERATOR].given
    if field.takes_none and isinstance(given, Column) and not given.nullable_in_table:
        raise SchemaError(f"{here} may be None; {given.label} is not nullable")
    examples = [(None,)] if field.takes_none else []
    for alternative in (*examples, *alternatives(field.wanted)):
        for predicate in _tried(here, field, alternative):
            _check_predicate(here, predicate, tables)


def _tried(here: str, field: FilterField, examples: tuple[Any, ...]) -> list[Any]:
    """Return what the operator makes of the examples that it takes; SchemaError where it refuses all of them."""
    made: list[Any] = []
    refused: list[Exception] = []
    for example in examples:
        try:
            made.append(field.operator(example))
        except (QueryError, TypeError) as error:
            refused.append(error)
        except Exception:  # noqa: BLE001, S110 - a function of the user's need not take every value of a class
            pass
    if refused and len(refused) == len(examples):
        kind = "may be None" if examples == (None,) else f"is {type(examples[0]).__name__}"
        raise SchemaError(f"{here} {kind}: {refused[-1]}") from refused[-1]
    return made


def _check_predicate(here: str, predicate: object, tables: Collection[TableRef] | None) -> None:
    if not isinstance(predicate, Expr) or not is_predicate(predicate):
        kind = predicate.type if isinstance(predicate, Expr) else type(predicate).__name__
        raise SchemaError(f"{here}: by(…) makes no predicate of its value, but {kind}")
    if has_aggregate(predicate.shape) or has_window(predicate.shape):
        raise SchemaError(
            f"{here}: a filter keeps rows before they are grouped, so no aggregate and no window is in it"
        )
    for column in columns_of(predicate.shape):
        if tables is not None and column.table not in tables:
            names = ", ".join(table.owner.__name__ for table in tables)
            meant = f"Filter[{names}, {column.table.owner.__name__}]"
            raise SchemaError(f"{here}: {column} is not a column of {names}: write {meant}")


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: tuple([getattr(row, name) for name in names])
