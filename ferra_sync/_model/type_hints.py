"""Whether a field's annotation promises what its column holds."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

from ferra_sync._expression.sentinels import Sentinel
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync.errors import SchemaError

UNIONS = frozenset({Union, types.UnionType})

_ANYTHING = frozenset({FieldType.JSON, FieldType.JSONB})


def resolved(model: type) -> dict[str, Any]:
    """Return the annotations of a class and of its bases.

    Raises:
        NameError: one of them names what is not there, or not yet.
        SchemaError: one of them cannot be read for another reason.
    """
    try:
        return get_type_hints(model)
    except NameError:
        raise
    except Exception as error:
        raise unresolved(model, error) from error


def unresolved(model: type, error: Exception) -> SchemaError:
    """Return what says which annotation of a class could not be resolved."""
    for cls in model.__mro__:
        for name, annotation in inspect.get_annotations(cls).items():
            alone = types.SimpleNamespace(__annotations__={name: annotation})
            try:
                get_type_hints(alone, vars(sys.modules[cls.__module__]), dict(vars(cls)))
            except Exception as reason:  # noqa: BLE001 - an annotation is any expression, and raises what it likes
                where = f"{model.__name__}.{name}"
                return SchemaError(f"{where}: its annotation cannot be resolved at run time: {reason}")
    return SchemaError(f"{model.__name__}: its annotations cannot be resolved at run time: {error}")


def members(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - annotations are of every class
    """Yield the alternatives of an annotation, without `Annotated`, `NewType` and the union around them."""
    origin = get_origin(annotation)
    if origin in UNIONS:
        for member in get_args(annotation):
            yield from members(member)
    elif origin is Annotated:
        yield from members(get_args(annotation)[0])
    elif hasattr(annotation, "__supertype__"):
        yield from members(annotation.__supertype__)
    elif origin is Literal:
        yield from (value if isinstance(value, Sentinel) else type(value) for value in get_args(annotation))
    else:
        yield type(None) if annotation is None else annotation


def allows_none(annotation: object) -> bool:
    """Whether None is among the alternatives."""
    return any(member is type(None) or member is Any or member is object for member in members(annotation))


def fits(annotation: object, sql_type: SqlType[Any]) -> bool:
    """Whether a value of `sql_type` is what `annotation` says, NULL aside."""
    if sql_type.kind in _ANYTHING and sql_type.structured is None:
        return True
    return all(
        _member_fits(member, sql_type)
        for member in members(annotation)
        if member is not type(None) and not isinstance(member, Sentinel)
    )


def _member_fits(member: Any, sql_type: SqlType[Any]) -> bool:  # noqa: ANN401 - annotations are of every class
    if member is Any or member is object or isinstance(member, TypeVar):
        return True
    origin = get_origin(member)
    if origin is None:
        return member in sql_type.classes
    if sql_type.kind is FieldType.HSTORE:
        return origin is dict and get_args(member) == (str, str | None)
    element = sql_type.element
    return origin in sql_type.classes and (element is None or all(fits(each, element) for each in get_args(member)))


def spelled(annotation: object) -> str:
    """Return an annotation as its author wrote it, for messages."""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def admits(annotation: Any, value: object) -> bool:  # noqa: ANN401 - annotations are of every class
    """Whether a value that its column can hold is also what `annotation` says: a `Literal`, one class of several."""
    if isinstance(value, Sentinel) or annotation is Any:
        return True
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in UNIONS:
        return any(admits(member, value) for member in arguments)
    if origin is Annotated:
        return admits(arguments[0], value)
    if origin is Literal:
        return any(type(each) is type(value) and each == value for each in arguments)
    if hasattr(annotation, "__supertype__"):
        return admits(annotation.__supertype__, value)
    cls = type(None) if annotation is None else origin or annotation
    return not isinstance(cls, type) or is_typeddict(cls) or isinstance(value, cls)
