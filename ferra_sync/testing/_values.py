"""Hypothesis strategies of the values that a column can hold, and that come back from it as they were."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin

from hypothesis import strategies as st

from ferra_sync._expression.arrays import depth_of, innermost
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.numbers import rounded
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model import type_hints
from ferra_sync.errors import QueryError
from ferra_sync.testing._documents import instances, plain_documents
from ferra_sync.testing._limits import Limits

Values: TypeAlias = st.SearchStrategy[Any]

_CHARACTERS: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_LONG: Final = 200
_MANY: Final = 5
_FIGURES: Final = re.compile(r"\((\d+)(?:,(\d+))?\)")
_FIRST: Final = dt.datetime(1, 1, 2)  # noqa: DTZ001 - a day from the ends, which the session's time zone moves
_LAST: Final = dt.datetime(9999, 12, 30)  # noqa: DTZ001 - likewise
_NO_LIMITS: Final = Limits()


def values_of(sql_type: SqlType[Any], annotation: Any = Any, limits: Limits = _NO_LIMITS) -> Values:  # noqa: ANN401 - an annotation
    """Return the values of a type that fit an annotation and limits, NULL aside.

    Raises:
        QueryError: only who has written the type knows its values.
    """
    named = _named(annotation)
    if named or limits.options is not None:
        chosen = named or limits.options or ()
        return st.sampled_from([each for each in chosen if each is not None and sql_type.complaint(each) is None])
    if sql_type.base is not None:
        return values_of(sql_type.base, annotation, limits)
    if sql_type.structured is not None:
        return instances(sql_type.structured)
    if sql_type.kind in {FieldType.JSON, FieldType.JSONB}:
        return plain_documents(annotation)
    if sql_type.kind in {FieldType.INET, FieldType.CIDR}:
        members = {*type_hints.members(annotation)}
        named_classes = [cls for cls in sql_type.classes if cls in members] or sql_type.classes
        return st.one_of([_NETWORKS[cls] for cls in named_classes])
    if sql_type.kind not in _STRATEGIES:
        raise QueryError(f"the values of {sql_type} are their author's: give a strategy of them")
    return _STRATEGIES[sql_type.kind](sql_type, limits)


def _named(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401 - an annotation
    """Return the values that a `Literal` names, alone or beside None."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    members = [each for each in get_args(annotation) if each is not type(None)]
    is_union = get_origin(annotation) in type_hints.UNIONS
    return get_args(members[0]) if is_union and len(members) == 1 and get_origin(members[0]) is Literal else ()


# Numbers


def _whole(sql_type: SqlType[Any], limits: Limits) -> Values:
    least, most = limits.within(*(sql_type.sure or (None, None)))
    return st.integers(math.ceil(least), math.floor(most))


def _floats(sql_type: SqlType[Any], limits: Limits) -> Values:
    width: Literal[32, 64] = 32 if sql_type.kind is FieldType.REAL else 64
    has_bounds = (limits.least, limits.most) != (None, None)
    values = st.floats(allow_nan=False, allow_infinity=not has_bounds, width=width)
    if not has_bounds:
        return values
    near = st.floats(limits.least, limits.most, allow_nan=False, allow_infinity=False)
    return near if width == 64 else near.map(rounded)  # noqa: PLR2004 - bits


def _decimals(sql_type: SqlType[Any], limits: Limits) -> Values:
    figures = _FIGURES.search(sql_type.ddl)
    precision, scale = (int(figures[1]), int(figures[2] or 0)) if figures else (30, 10)
    most = 10**precision - 1
    least, most = limits.within(Decimal(-most).scaleb(-scale), Decimal(most).scaleb(-scale))
    unit = Decimal(1).scaleb(-scale)
    counts = st.integers(math.ceil(Decimal(least) / unit), math.floor(Decimal(most) / unit))
    return counts.map(lambda count: Decimal(count).scaleb(-scale))


# Texts


def _texts(sql_type: SqlType[Any], limits: Limits) -> Values:
    figures = _FIGURES.search(sql_type.ddl)
    longest = limits.length(int(figures[1]) if figures else _LONG + limits.shortest)
    if limits.pattern is not None:
        found = st.from_regex(limits.pattern, fullmatch=limits.is_whole)
        texts = found.filter(lambda text: "\0" not in text and len(text) <= longest)
    else:
        texts = st.text(_CHARACTERS, min_size=limits.shortest, max_size=longest)
    if limits.is_open:  # What is asked for by many a validator, and found by chance by none.
        texts |= st.emails().filter(lambda text: len(text) <= longest)
    return texts.map(lambda text: text.ljust(longest)) if sql_type.kind is FieldType.CHAR else texts


def _binary(_sql_type: SqlType[Any], limits: Limits) -> Values:
    return st.binary(min_size=limits.shortest, max_size=limits.length(_LONG + limits.shortest))


def _words(mark: str) -> Callable[[SqlType[Any], Limits], Values]:
    def words(_sql_type: SqlType[Any], _limits: Limits) -> Values:
        word = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8).map(lambda text: f"'{text}'")
        return st.lists(word, unique=True, max_size=_MANY).map(sorted).map(mark.join)

    return words


def _macaddr(_sql_type: SqlType[Any], _limits: Limits) -> Values:
    return st.binary(min_size=6, max_size=6).map(lambda octets: octets.hex(":"))


# Moments


def _moments(make: Callable[..., Values], first: Any, last: Any) -> Callable[[SqlType[Any], Limits], Values]:  # noqa: ANN401 - of several classes
    return lambda _sql_type, limits: make(*limits.within(first, last))


def _instants(_sql_type: SqlType[Any], limits: Limits) -> Values:
    first, last = limits.within(_FIRST.replace(tzinfo=dt.UTC), _LAST.replace(tzinfo=dt.UTC))
    first, last = (each.astimezone(dt.UTC).replace(tzinfo=None) for each in (first, last))
    return st.datetimes(first, last, timezones=st.just(dt.UTC))


def _intervals(sql_type: SqlType[Any], limits: Limits) -> Values:
    if Interval in sql_type.classes:
        return st.builds(
            Interval, st.integers(-(10**5), 10**5), st.integers(-(10**6), 10**6), st.integers(-(10**15), 10**15)
        )
    return st.timedeltas(*limits.within(dt.timedelta.min, dt.timedelta.max))


# Networks


def _prefixed(version: Literal[4, 6], longest: int) -> Values:
    return st.tuples(st.ip_addresses(v=version), st.integers(0, longest))


_NETWORKS: Final[dict[type, Values]] = {
    IPv4Address: st.ip_addresses(v=4),
    IPv6Address: st.ip_addresses(v=6),
    IPv4Interface: _prefixed(4, 31).map(IPv4Interface),
    IPv6Interface: _prefixed(6, 127).map(IPv6Interface),
    IPv4Network: _prefixed(4, 32).map(lambda pair: IPv4Network(pair, strict=False)),
    IPv6Network: _prefixed(6, 128).map(lambda pair: IPv6Network(pair, strict=False)),
}


# What holds other values


def _ranges(sql_type: SqlType[Any], _limits: Limits) -> Values:
    """Return ranges as the server spells them, so that they come back as they were."""
    cls, bounds, is_discrete = sql_type.classes[0], _bounds(sql_type), _is_discrete(sql_type)
    opening, closing = st.sampled_from("[" if is_discrete else "[("), st.sampled_from(")" if is_discrete else ")]")
    pairs = st.lists(bounds, min_size=2, max_size=2, unique=True).map(sorted)
    return st.one_of(
        st.builds(lambda pair, left, right: cls(*pair, left + right), pairs, opening, closing),
        st.builds(lambda low, left: cls(low, None, f"{left})"), bounds, opening),
        st.builds(lambda high, right: cls(None, high, f"({right}"), bounds, closing),
        st.sampled_from([cls(empty=True), cls(None, None, "()")]),
    )


def _multiranges(sql_type: SqlType[Any], _limits: Limits) -> Values:
    from psycopg.types.range import Range  # noqa: PLC0415 - few columns hold them

    bounds = st.lists(_bounds(sql_type), unique=True, max_size=2 * _MANY).map(sorted)
    return bounds.map(
        lambda found: sql_type.classes[0]([Range(*pair, "[)") for pair in zip(found[::2], found[1::2], strict=False)])
    )


def _bounds(sql_type: SqlType[Any]) -> Values:
    return st.nothing() if sql_type.element is None else values_of(sql_type.element)


def _is_discrete(sql_type: SqlType[Any]) -> bool:
    return sql_type.element is not None and sql_type.element.classes[0] in {int, dt.date}


def _arrays(sql_type: SqlType[Any], limits: Limits) -> Values:
    element, depth = innermost(sql_type), depth_of(sql_type)
    members = values_of(element, limits=limits.members or _NO_LIMITS)
    if sql_type.optional:
        members |= st.none()
    if depth == 1:
        return st.lists(members, min_size=limits.shortest, max_size=limits.length(_MANY + limits.shortest))
    sizes = st.tuples(*[st.integers(1, 3)] * depth)
    return st.just([]) | sizes.flatmap(lambda each: _rectangular(members, each))


def _rectangular(members: Values, sizes: tuple[int, ...]) -> Values:
    size, *inner = sizes
    return st.lists(_rectangular(members, tuple(inner)) if inner else members, min_size=size, max_size=size)


def _pairs(_sql_type: SqlType[Any], _limits: Limits) -> Values:
    texts = st.text(_CHARACTERS, max_size=_LONG)
    return st.dictionaries(texts, texts | st.none(), max_size=_MANY)


def _enum(sql_type: SqlType[Any], _limits: Limits) -> Values:
    members: Any = sql_type.classes[0]
    return st.sampled_from([*members])


_STRATEGIES: Final[dict[FieldType, Callable[[SqlType[Any], Limits], Values]]] = {
    FieldType.SMALLINT: _whole,
    FieldType.INTEGER: _whole,
    FieldType.BIGINT: _whole,
    FieldType.REAL: _floats,
    FieldType.DOUBLE_PRECISION: _floats,
    FieldType.NUMERIC: _decimals,
    FieldType.TEXT: _texts,
    FieldType.VARCHAR: _texts,
    FieldType.CHAR: _texts,
    FieldType.CITEXT: _texts,
    FieldType.BOOLEAN: lambda _sql_type, _limits: st.booleans(),
    FieldType.UUID: lambda _sql_type, _limits: st.uuids(),
    FieldType.DATE: _moments(st.dates, dt.date.min, dt.date.max),
    FieldType.TIME: _moments(st.times, dt.time.min, dt.time.max),
    FieldType.TIMESTAMP: _moments(st.datetimes, _FIRST, _LAST),
    FieldType.TIMESTAMPTZ: _instants,
    FieldType.INTERVAL: _intervals,
    FieldType.BYTEA: _binary,
    FieldType.HSTORE: _pairs,
    FieldType.MACADDR: _macaddr,
    FieldType.TSVECTOR: _words(" "),
    FieldType.TSQUERY: _words(" & "),
    FieldType.RANGE: _ranges,
    FieldType.MULTIRANGE: _multiranges,
    FieldType.ARRAY: _arrays,
    FieldType.ENUM: _enum,
}
