"""Types that a database knows by a name of their own: enums, and those that no other module describes."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, get_origin

import attrs

from ferra_sync._expression.described import described
from ferra_sync._expression.identifiers import checked, quoted, snake_case
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import T, V
from ferra_sync._expression.unreadable import UnreadableError
from ferra_sync.errors import QueryError, SchemaError

_MAX_MODIFIER: Final = 2**31 - 1


def enumeration(cls: type[T], name: str | None, schema: str | None = None) -> SqlType[T]:
    """Return the PostgreSQL enum type whose labels are the values of the Python enum `cls`."""
    if not (isinstance(cls, type) and issubclass(cls, enum.Enum)):
        raise SchemaError(f"enum takes a Python enum, not {described(cls)}")
    if not all(isinstance(member.value, str) for member in cls):
        raise SchemaError(f"the values of {cls.__name__} must be strings: they are the labels in PostgreSQL")
    return _enumeration(cls, named(snake_case(cls.__name__) if name is None else name, schema, "an enum"), schema)


@lru_cache(maxsize=1024)
def _enumeration(cls: type[T], spelled: str, schema: str | None) -> SqlType[T]:
    return SqlType(
        kind=FieldType.ENUM,
        ddl=spelled,
        cast=spelled,
        classes=(cls,),
        binary=False,
        dump=_enum_value,
        load=cls,
        schema=schema,
    )


def _enum_value(member: enum.Enum) -> object:
    return member.value


def custom(  # noqa: PLR0913 - as the declaration has them
    name: str,
    modifiers: Sequence[str | int],
    python: type[V],
    *,
    dump: Callable[[V], str],
    load: Callable[[str], V],
    schema: str | None,
    ordered: bool,
) -> SqlType[V]:
    """Return a type that travels as text, which `dump` and `load` write and read."""
    spelled = named(name, schema, "a type")
    cls = get_origin(python) or python
    if not isinstance(cls, type) or cls is object:
        raise SchemaError(f"{name}: python is the class of its values, not {described(python)}")
    for option, function in (("dump", dump), ("load", load)):
        if not callable(function):
            raise SchemaError(f"{name}: {option} is a function, not {described(function)}")
    if not isinstance(ordered, bool):
        raise SchemaError(f"{name}: ordered is True or False, not {described(ordered)}")
    listed = ",".join(_modifier(name, each) for each in modifiers)
    plain: SqlType[V] = SqlType(
        kind=FieldType.CUSTOM,
        ddl=spelled,
        cast=spelled,
        classes=(cls,),
        binary=False,
        dump=_dumping(name, dump),
        load=_loading(name, cls, load),
        ordered=ordered,
    )
    return attrs.evolve(plain, ddl=f"{spelled}({listed})", parameter=plain) if modifiers else plain


def named(name: str, schema: str | None, what: str) -> str:
    """Return the name as SQL spells it; SchemaError where it is none that PostgreSQL can carry."""
    type_name = quoted(checked(name, f"{what}'s name"))
    return type_name if schema is None else quoted(checked(schema, f"{what}'s schema")) + "." + type_name


def _modifier(name: str, given: object) -> str:
    if isinstance(given, str):
        return quoted(checked(given, f"a modifier of {name}"))
    if type(given) is not int or not 0 <= given <= _MAX_MODIFIER:
        raise SchemaError(f"a modifier of {name} is a name or a whole number, not {described(given)}")
    return str(given)


# A user's own code may raise anything, and its words may show the value: they are left behind.


def _dumping(name: str, dump: Callable[[V], object]) -> Callable[[V], str]:
    def dumped(value: V) -> str:
        try:
            text = dump(value)
        except Exception as error:  # noqa: BLE001 - a function of the user's own, which may raise anything
            reason = f"dump raised {type(error).__name__}"
        else:
            if isinstance(text, str):
                return text
            reason = f"dump returned {described(text)}, not a text"
        raise QueryError(f"a {type(value).__name__} cannot be written as {name}: {reason}")

    return dumped


def _loading(name: str, cls: type[Any], load: Callable[[str], V]) -> Callable[[Any], V]:
    def loaded(value: Any) -> V:  # noqa: ANN401 - a text; where nothing casts it psycopg may know better
        if type(value) is not str and isinstance(value, cls):
            return value  # type: ignore[no-any-return]  # an instance of V's own class
        try:
            return load(str(value))
        except Exception as error:  # noqa: BLE001 - a function of the user's own, which may raise anything
            reason = type(error).__name__
        raise UnreadableError(f"a {name} in the row cannot be read as {cls.__name__}: load raised {reason}")

    return loaded
