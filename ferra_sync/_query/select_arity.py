"""`select`: an item of one table, or up to 16 that need none. Written by .ci/arity.py."""

from __future__ import annotations

from typing import Any, Never, TypeVar, overload

from ferra_sync._expression.markers import Plain
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import S, T
from ferra_sync._query.select import Select, selection_of, whole

# fmt: off

T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
T5 = TypeVar("T5")
T6 = TypeVar("T6")
T7 = TypeVar("T7")
T8 = TypeVar("T8")
T9 = TypeVar("T9")
T10 = TypeVar("T10")
T11 = TypeVar("T11")
T12 = TypeVar("T12")
T13 = TypeVar("T13")
T14 = TypeVar("T14")
T15 = TypeVar("T15")
T16 = TypeVar("T16")


@overload
def select(item: Selectable[S, T, Plain]) -> Select[S, S, T]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], /
) -> Select[Never, Never, tuple[T1, T2]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], i9: Selectable[Never, T9, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], i9: Selectable[Never, T9, Plain],
    i10: Selectable[Never, T10, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], i9: Selectable[Never, T9, Plain],
    i10: Selectable[Never, T10, Plain], i11: Selectable[Never, T11, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], i9: Selectable[Never, T9, Plain],
    i10: Selectable[Never, T10, Plain], i11: Selectable[Never, T11, Plain], i12: Selectable[Never, T12, Plain],
    /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], i9: Selectable[Never, T9, Plain],
    i10: Selectable[Never, T10, Plain], i11: Selectable[Never, T11, Plain], i12: Selectable[Never, T12, Plain],
    i13: Selectable[Never, T13, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], i9: Selectable[Never, T9, Plain],
    i10: Selectable[Never, T10, Plain], i11: Selectable[Never, T11, Plain], i12: Selectable[Never, T12, Plain],
    i13: Selectable[Never, T13, Plain], i14: Selectable[Never, T14, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], i9: Selectable[Never, T9, Plain],
    i10: Selectable[Never, T10, Plain], i11: Selectable[Never, T11, Plain], i12: Selectable[Never, T12, Plain],
    i13: Selectable[Never, T13, Plain], i14: Selectable[Never, T14, Plain], i15: Selectable[Never, T15, Plain],
    /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15]]: ...
@overload
def select(
    i1: Selectable[Never, T1, Plain], i2: Selectable[Never, T2, Plain], i3: Selectable[Never, T3, Plain],
    i4: Selectable[Never, T4, Plain], i5: Selectable[Never, T5, Plain], i6: Selectable[Never, T6, Plain],
    i7: Selectable[Never, T7, Plain], i8: Selectable[Never, T8, Plain], i9: Selectable[Never, T9, Plain],
    i10: Selectable[Never, T10, Plain], i11: Selectable[Never, T11, Plain], i12: Selectable[Never, T12, Plain],
    i13: Selectable[Never, T13, Plain], i14: Selectable[Never, T14, Plain], i15: Selectable[Never, T15, Plain],
    i16: Selectable[Never, T16, Plain], /
) -> Select[Never, Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16]]: ...
def select(item: Any, *items: Any) -> Select[Any, Any, Any]:
    """Select one model, column or expression from its own table, or items that need no table.

    Raises:
        QueryError: several items are of a table, or one is of several tables; say `from_(table)` then.
    """
    if not items and isinstance(item, type):
        return whole(item)
    return selection_of((item, *items))
