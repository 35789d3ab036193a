"""Models and documents as JSON's own types, and back: cattrs, which takes a value as strictly as it is annotated."""

from __future__ import annotations

import datetime as dt
import enum
import types
from base64 import b85decode
from collections import deque
from collections.abc import Callable, Iterable, Mapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin
from uuid import UUID

import cattrs
from cattrs.preconf.json import JsonConverter, make_converter
from psycopg.types.range import Range

from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.sentinels import JsonNull
from ferra_sync._model.misfit import MisfitError

Hook: TypeAlias = Callable[[Any, Any], Any]


# Each hook takes what JSON has for a type, and nothing else.


def _exactly(*classes: type) -> Hook:
    def hook(value: Any, target: Any) -> Any:  # noqa: ANN401 - cattrs' own
        if type(value) not in classes:
            raise MisfitError(f"{target} is not read from {type(value).__name__}")
        return value if type(value) is target else target(value)

    return hook


def _from_text(parse: Callable[[str], Any]) -> Hook:
    def hook(value: Any, _target: Any) -> Any:  # noqa: ANN401 - cattrs' own
        if type(value) is not str:
            raise MisfitError("a text is needed")
        return parse(value)

    return hook


def _from_seconds(value: object, _target: Any) -> dt.timedelta:  # noqa: ANN401 - cattrs' own
    if type(value) not in {int, float}:
        raise MisfitError("a number is needed")
    return dt.timedelta(seconds=value)  # type: ignore[arg-type]  # looked at above


def _enumeration(value: object, target: type[enum.Enum]) -> enum.Enum:
    member = target(value)
    if type(member.value) is not type(value):
        raise MisfitError(f"{target.__name__} has no such member")
    return member


def _literal(value: object, target: Any) -> Any:  # noqa: ANN401 - an annotation
    for option in get_args(target):
        wire = option.value if isinstance(option, enum.Enum) else option
        if type(wire) is type(value) and wire == value:
            return option
    raise MisfitError("no such literal")


def _union(target: Any, converter: cattrs.BaseConverter) -> Hook:  # noqa: ANN401 - an annotation
    """Return the hook of a union: the first alternative that fits; text and floats, which fit most, come last."""
    members = sorted(get_args(target), key=lambda member: (member is float, member is str))
    hooks = [(converter.get_structure_hook(member), member) for member in members if member is not types.NoneType]
    takes_none = types.NoneType in members

    def hook(value: Any, _target: Any) -> Any:  # noqa: ANN401 - cattrs' own
        if value is None and takes_none:
            return None
        if len(hooks) == 1:
            return hooks[0][0](value, hooks[0][1])
        for structure, member in hooks:
            try:
                return structure(value, member)
            except Exception:  # noqa: BLE001, S112 - the next alternative may fit
                continue
        raise MisfitError("no alternative fits")

    return hook


_COLLECTIONS: Final[dict[Any, Callable[[Iterable[Any]], Any]]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    deque: deque,
    Sequence: list,
    MutableSequence: list,
    AbstractSet: frozenset,
}


def _collection(target: Any, converter: cattrs.BaseConverter) -> Hook:  # noqa: ANN401 - an annotation
    make = _COLLECTIONS[_origin(target)]
    arguments = get_args(target)
    if make is tuple and arguments and arguments[-1] is not ...:
        members = [(converter.get_structure_hook(each), each) for each in arguments]
        return lambda value, _: tuple(
            structure(each, member) for (structure, member), each in zip(members, _listed(value), strict=True)
        )
    of = arguments[0] if arguments else Any
    structure = converter.get_structure_hook(of)
    return lambda value, _: make([structure(each, of) for each in _listed(value)])


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise MisfitError("a list is needed")
    return value


def _mapping(target: Any, converter: cattrs.BaseConverter) -> Hook:  # noqa: ANN401 - an annotation
    key, of = get_args(target) or (Any, Any)
    structure_key: Hook = _digits if key is int else converter.get_structure_hook(key)
    structure = converter.get_structure_hook(of)

    def hook(value: Any, _target: Any) -> Any:  # noqa: ANN401 - cattrs' own
        if not isinstance(value, dict):
            raise MisfitError("an object is needed")
        return {structure_key(name, key): structure(each, of) for name, each in value.items()}

    return hook


def _digits(text: str, _target: Any) -> int:  # noqa: ANN401 - cattrs' own
    """Return the number that a key of JSON, always a text, stands for."""
    number = int(text)
    if str(number) != text:
        raise MisfitError("no whole number")
    return number


def _origin(target: Any) -> Any:  # noqa: ANN401 - an annotation
    """Return `list` of `list[int]` and of `list`."""
    return get_origin(target) or target


def _is_union(target: Any) -> bool:  # noqa: ANN401 - an annotation
    return _origin(target) in {Union, types.UnionType}


def _is_set(target: Any) -> bool:  # noqa: ANN401 - an annotation
    return _origin(target) in {set, frozenset, AbstractSet}


def _sorted(values: AbstractSet[Any]) -> list[Any]:
    """Return a set as a list that is the same whenever the set is: the server compares lists in their order."""
    return sorted(map(CONVERTER.unstructure, values), key=repr)


def _is_enum(target: Any) -> bool:  # noqa: ANN401 - an annotation
    return isinstance(target, type) and issubclass(target, enum.Enum)


TEXTS: Final[dict[type, Callable[[str], Any]]] = {
    UUID: UUID,
    IPv4Address: IPv4Address,
    IPv6Address: IPv6Address,
    IPv4Interface: IPv4Interface,
    IPv6Interface: IPv6Interface,
    IPv4Network: IPv4Network,
    IPv6Network: IPv6Network,
    Interval: Interval.parse,
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
    dt.time: dt.time.fromisoformat,
    bytes: b85decode,
}
"""What JSON has no type for: the text that it is, and what reads that."""


_PLAIN: Final[dict[type, tuple[type, ...]]] = {
    str: (str,),
    int: (int,),
    bool: (bool,),
    float: (float, int),
    Decimal: (str, int),
    types.NoneType: (types.NoneType,),
}
"""What a class is read from: the classes that json.loads gives for it."""


def converter_of(hooks: Mapping[type, Hook]) -> JsonConverter:
    """Return a converter that reads classes of these by their hooks, and whatever is made of them."""
    converter = make_converter(forbid_extra_keys=True)
    for cls in TEXTS.keys() - {dt.datetime, dt.date, bytes}:
        converter.register_unstructure_hook(cls, dt.time.isoformat if cls is dt.time else str)
    converter.register_unstructure_hook(dt.timedelta, dt.timedelta.total_seconds)
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(Range, str)
    converter.register_unstructure_hook(JsonNull, lambda _null: None)
    converter.register_unstructure_hook_func(_is_set, _sorted)
    for cls, hook in hooks.items():
        converter.register_structure_hook(cls, hook)
    converter.register_structure_hook_func(lambda target: target is object, lambda value, _target: value)
    converter.register_structure_hook_func(_is_enum, _enumeration)
    converter.register_structure_hook_func(lambda target: _origin(target) is Literal, _literal)
    converter.register_structure_hook_factory(_is_union, _union)
    converter.register_structure_hook_factory(lambda target: _origin(target) in _COLLECTIONS, _collection)
    converter.register_structure_hook_factory(lambda target: _origin(target) in {dict, Mapping}, _mapping)
    return converter


CONVERTER: Final = converter_of(
    {
        **{cls: _from_text(parse) for cls, parse in TEXTS.items()},
        **{cls: _exactly(*classes) for cls, classes in _PLAIN.items()},
        dt.timedelta: _from_seconds,
    }
)
"""Models and documents as JSON's own types, and back."""
