"""Values to try an operator with, of each class that an annotation may name."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from types import NoneType
from typing import Any, Final, get_args, get_origin
from uuid import UUID

from ferra_sync._expression.intervals import Interval
from ferra_sync._model import type_hints

_MOMENT: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - one with a zone stands beside it
_EXAMPLES: Final[dict[Any, tuple[Any, ...]]] = {
    NoneType: (None,),
    str: ("a",),
    bool: (True, False),
    int: (1,),
    float: (1.0,),
    Decimal: (Decimal(1),),
    UUID: (UUID(int=0),),
    bytes: (b"a",),
    dt.datetime: (_MOMENT.replace(tzinfo=dt.UTC), _MOMENT),
    dt.date: (_MOMENT.date(),),
    dt.time: (_MOMENT.time(),),
    dt.timedelta: (dt.timedelta(1),),
    Interval: (Interval(days=1),),
    IPv4Address: (IPv4Address(0),),
    IPv6Address: (IPv6Address(0),),
    IPv4Interface: (IPv4Interface(0),),
    IPv6Interface: (IPv6Interface(0),),
    IPv4Network: (IPv4Network(0),),
    IPv6Network: (IPv6Network(0),),
}
_COLLECTIONS: Final = (list, tuple, set, frozenset)


def alternatives(annotation: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - an annotation
    """Yield examples for each alternative of an annotation, one of which fits; none of a class that is not known."""
    for member in type_hints.members(annotation):
        origin = get_origin(member)
        if origin in _COLLECTIONS and get_args(member):
            yield tuple(map(origin, _rows(list(alternatives(get_args(member)[0])))))
        elif isinstance(member, type) and issubclass(member, enum.Enum):
            yield tuple(member)[:1]
        else:
            yield _EXAMPLES.get(member, ())


def _rows(columns: list[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Yield lists of an example for each alternative, those that come first, those that come second, and so on."""
    known = [examples for examples in columns if examples]
    for number in range(max(map(len, known), default=0)):
        yield [examples[min(number, len(examples) - 1)] for examples in known]
