"""Hypothesis strategies of the values that a column can hold, and that come back from it as they were."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args, get_origin

from hypothesis import strategies as st

from ferra_sync._expression.arrays import depth_of, innermost
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.numbers import rounded
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model import type_hints
from ferra_sync.errors import QueryError
from ferra_sync.testing._documents import instances, plain_documents
from ferra_sync.testing._limits import Limits
from ferra_sync.types import Range

Values: TypeAlias = st.SearchStrategy[Any]

_CHARACTERS: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_LONG: Final = 200
_MANY: Final = 5
_FIGURES: Final = re.compile(r"\((\d+)(?:,(\d+))?\)")
_FIRST: Final = dt.datetime(1, 1, 2)  # noqa: DTZ001 - a day from the ends, which the session's time zone moves
_LAST: Final = dt.datetime(9999, 12, 30)  # noqa: DTZ001 - likewise
_NO_LIMITS: Final = Limits()
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_ADDRESSES: Final = st.builds("{}@{}.org".format, *[st.text(_LETTERS, min_size=1, max_size=6)] * 2)
_ADDRESS: Final = "al@example.org"
_TEXTS: Final = ("a", "Al is here.", "0123456789")
"""What a validator of addresses accepts, and what any other may."""


class Wanted(NamedTuple):
    """Which values: of a type, within limits, of what an annotation says, and those that are accepted at last."""

    type: SqlType[Any]
    limits: Limits = _NO_LIMITS
    annotation: Any = Any
    is_accepted: Callable[[object], bool] = lambda _value: True

    @property
    def chosen(self) -> tuple[Any, ...]:
        """The only values that there are, those of a `Literal` or of `in_`; none: they are not listed."""
        members = [each for each in _alternatives(self.annotation) if get_origin(each) is Literal]
        named = tuple(value for each in members for value in get_args(each))
        return tuple(each for each in named or self.limits.options or () if each is not None)


def values_of(wanted: Wanted) -> Values:
    """Return the values, NULL aside.

    Raises:
        QueryError: only who has written the type knows its values.
    """
    sql_type = wanted.type
    if wanted.chosen:
        return st.sampled_from([each for each in wanted.chosen if sql_type.complaint(each) is None])
    if sql_type.base is not None:
        return values_of(wanted._replace(type=sql_type.base))
    if sql_type.structured is not None:
        return instances(sql_type.structured)
    if sql_type.kind not in _STRATEGIES:
        raise QueryError(f"the values of {sql_type} are their author's: give a strategy of them")
    return _STRATEGIES[sql_type.kind](wanted)


def _alternatives(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401 - an annotation
    return get_args(annotation) if get_origin(annotation) in type_hints.UNIONS else (annotation,)


def _longest(sql_type: SqlType[Any]) -> int | None:
    figures = _FIGURES.search(sql_type.ddl)
    return None if figures is None else int(figures[1])


# Numbers


def _whole(wanted: Wanted) -> Values:
    least, most = wanted.limits.within(*(wanted.type.sure or (None, None)))
    return st.integers(math.ceil(least), math.floor(most))


def _floats(wanted: Wanted) -> Values:
    limits = wanted.limits
    is_single = wanted.type.kind is FieldType.REAL
    if (limits.least, limits.most) == (None, None):
        return st.floats(allow_nan=False, width=32 if is_single else 64)
    values = st.floats(limits.least, limits.most, allow_nan=False, allow_infinity=False)
    return values.map(rounded) if is_single else values


def _decimals(wanted: Wanted) -> Values:
    figures = _FIGURES.search(wanted.type.ddl)
    precision, scale = (int(figures[1]), int(figures[2] or 0)) if figures else (30, 10)
    greatest = Decimal(10**precision - 1).scaleb(-scale)
    least, most = wanted.limits.within(-greatest, greatest)
    unit = Decimal(1).scaleb(-scale)
    counts = st.integers(math.ceil(Decimal(least) / unit), math.floor(Decimal(most) / unit))
    return counts.map(lambda count: Decimal(count).scaleb(-scale))


# Texts


def _texts(wanted: Wanted) -> Values:
    limits = wanted.limits
    longest = limits.length(_longest(wanted.type) or _LONG + limits.shortest)
    if limits.pattern is not None:
        found = st.from_regex(limits.pattern, fullmatch=limits.is_whole)
        texts = found.filter(lambda text: "\0" not in text and len(text) <= longest)
    elif limits.is_open and wanted.is_accepted(_ADDRESS) and not any(map(wanted.is_accepted, _TEXTS)):
        # What many a validator asks for, and nobody finds by chance.
        texts = _ADDRESSES.filter(lambda text: len(text) <= longest)
    else:
        texts = st.text(_CHARACTERS, min_size=limits.shortest, max_size=longest)
    if wanted.type.kind is FieldType.CHAR:
        padded = _longest(wanted.type) or 0
        return texts.map(lambda text: text.ljust(padded))
    return texts


def _binary(wanted: Wanted) -> Values:
    shortest = wanted.limits.shortest
    return st.binary(min_size=shortest, max_size=wanted.limits.length(_LONG + shortest))


def _words(mark: str) -> Callable[[Wanted], Values]:
    word = st.text(_LETTERS, min_size=1, max_size=8).map(lambda text: f"'{text}'")
    return lambda _wanted: st.lists(word, unique=True, max_size=_MANY).map(sorted).map(mark.join)


def _macaddr(_wanted: Wanted) -> Values:
    return st.binary(min_size=6, max_size=6).map(lambda octets: octets.hex(":"))


# Moments


def _moments(make: Callable[..., Values], first: Any, last: Any) -> Callable[[Wanted], Values]:  # noqa: ANN401 - of several classes
    return lambda wanted: make(*wanted.limits.within(first, last))


def _instants(wanted: Wanted) -> Values:
    bounds = wanted.limits.within(_FIRST.replace(tzinfo=dt.UTC), _LAST.replace(tzinfo=dt.UTC))
    first, last = (each.astimezone(dt.UTC).replace(tzinfo=None) for each in bounds)
    return st.datetimes(first, last, timezones=st.just(dt.UTC))


def _intervals(wanted: Wanted) -> Values:
    if Interval not in wanted.type.classes:
        return st.timedeltas(*wanted.limits.within(dt.timedelta.min, dt.timedelta.max))
    months, days, microseconds = (st.integers(-(10**most), 10**most) for most in (5, 6, 15))
    return st.builds(Interval, months, days, microseconds)


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


def _networks(wanted: Wanted) -> Values:
    members = set(type_hints.members(wanted.annotation))
    named = [cls for cls in wanted.type.classes if cls in members] or wanted.type.classes
    return st.one_of([_NETWORKS[cls] for cls in named])


# What holds other values


def _ranges(wanted: Wanted) -> Values:
    """Return ranges as the server spells them, so that they come back as they were."""
    cls, bounds, is_discrete = wanted.type.classes[0], _bounds(wanted), _is_discrete(wanted)
    opening, closing = st.sampled_from("[" if is_discrete else "[("), st.sampled_from(")" if is_discrete else ")]")
    pairs = st.lists(bounds, min_size=2, max_size=2, unique=True).map(sorted)
    return st.one_of(
        st.builds(lambda pair, left, right: cls(*pair, left + right), pairs, opening, closing),
        st.builds(lambda low, left: cls(low, None, f"{left})"), bounds, opening),
        st.builds(lambda high, right: cls(None, high, f"({right}"), bounds, closing),
        st.sampled_from([cls(empty=True), cls(None, None, "()")]),
    )


def _multiranges(wanted: Wanted) -> Values:
    def made(bounds: list[Any]) -> Any:  # noqa: ANN401 - a multirange
        pairs = zip(bounds[::2], bounds[1::2], strict=False)
        return wanted.type.classes[0]([Range(*pair, "[)") for pair in pairs])

    return st.lists(_bounds(wanted), unique=True, max_size=2 * _MANY).map(sorted).map(made)


def _bounds(wanted: Wanted) -> Values:
    return st.nothing() if wanted.type.element is None else values_of(Wanted(wanted.type.element))


def _is_discrete(wanted: Wanted) -> bool:
    return wanted.type.element is not None and wanted.type.element.classes[0] in {int, dt.date}


def _arrays(wanted: Wanted) -> Values:
    limits, depth, annotation = wanted.limits, depth_of(wanted.type), wanted.annotation
    for _ in range(depth):
        lists = [each for each in _alternatives(annotation) if get_origin(each) is list]
        annotation = get_args(lists[0])[0] if lists else Any
    members = values_of(Wanted(innermost(wanted.type), limits.members or _NO_LIMITS, annotation))
    if wanted.type.optional and (annotation is Any or type_hints.allows_none(annotation)):
        members |= st.none()
    if depth == 1:
        return st.lists(members, min_size=limits.shortest, max_size=limits.length(_MANY + limits.shortest))
    sizes = st.tuples(*[st.integers(1, 3)] * depth)
    return st.just([]) | sizes.flatmap(lambda each: _rectangular(members, each))


def _rectangular(members: Values, sizes: tuple[int, ...]) -> Values:
    size, *inner = sizes
    return st.lists(_rectangular(members, tuple(inner)) if inner else members, min_size=size, max_size=size)


def _pairs(_wanted: Wanted) -> Values:
    texts = st.text(_CHARACTERS, max_size=_LONG)
    return st.dictionaries(texts, texts | st.none(), max_size=_MANY)


def _enum(wanted: Wanted) -> Values:
    members: Any = wanted.type.classes[0]
    return st.sampled_from([*members])


def _json(wanted: Wanted) -> Values:
    return plain_documents(wanted.annotation)


_STRATEGIES: Final[dict[FieldType, Callable[[Wanted], Values]]] = {
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
    FieldType.BOOLEAN: lambda _wanted: st.booleans(),
    FieldType.UUID: lambda _wanted: st.uuids(),
    FieldType.DATE: _moments(st.dates, dt.date.min, dt.date.max),
    FieldType.TIME: _moments(st.times, dt.time.min, dt.time.max),
    FieldType.TIMESTAMP: _moments(st.datetimes, _FIRST, _LAST),
    FieldType.TIMESTAMPTZ: _instants,
    FieldType.INTERVAL: _intervals,
    FieldType.BYTEA: _binary,
    FieldType.JSON: _json,
    FieldType.JSONB: _json,
    FieldType.HSTORE: _pairs,
    FieldType.INET: _networks,
    FieldType.CIDR: _networks,
    FieldType.MACADDR: _macaddr,
    FieldType.TSVECTOR: _words(" "),
    FieldType.TSQUERY: _words(" & "),
    FieldType.RANGE: _ranges,
    FieldType.MULTIRANGE: _multiranges,
    FieldType.ARRAY: _arrays,
    FieldType.ENUM: _enum,
}
