"""The items of `select` and of `returning`, up to 16. Written by .ci/arity.py."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, overload

from ferra_sync._expression.markers import Opt, Plain, PlainOrAggregate
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import App, Sel
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.select import Select, selected
from ferra_sync._query.writes import Returning, Write, returned

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


class Selecting(Clauses[Sel, App]):
    """Rows whose items are to be chosen, all plain or all aggregates."""

    __slots__ = ()

    @overload
    def select(self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate], /) -> Select[Sel, App, T1]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        /
    ) -> Select[Sel, App, tuple[T1, T2, T3]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate],
        i11: Selectable[Sel | Opt[App], T11, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate],
        i11: Selectable[Sel | Opt[App], T11, PlainOrAggregate],
        i12: Selectable[Sel | Opt[App], T12, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate],
        i11: Selectable[Sel | Opt[App], T11, PlainOrAggregate],
        i12: Selectable[Sel | Opt[App], T12, PlainOrAggregate],
        i13: Selectable[Sel | Opt[App], T13, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate],
        i11: Selectable[Sel | Opt[App], T11, PlainOrAggregate],
        i12: Selectable[Sel | Opt[App], T12, PlainOrAggregate],
        i13: Selectable[Sel | Opt[App], T13, PlainOrAggregate],
        i14: Selectable[Sel | Opt[App], T14, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate],
        i11: Selectable[Sel | Opt[App], T11, PlainOrAggregate],
        i12: Selectable[Sel | Opt[App], T12, PlainOrAggregate],
        i13: Selectable[Sel | Opt[App], T13, PlainOrAggregate],
        i14: Selectable[Sel | Opt[App], T14, PlainOrAggregate],
        i15: Selectable[Sel | Opt[App], T15, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate],
        i11: Selectable[Sel | Opt[App], T11, PlainOrAggregate],
        i12: Selectable[Sel | Opt[App], T12, PlainOrAggregate],
        i13: Selectable[Sel | Opt[App], T13, PlainOrAggregate],
        i14: Selectable[Sel | Opt[App], T14, PlainOrAggregate],
        i15: Selectable[Sel | Opt[App], T15, PlainOrAggregate],
        i16: Selectable[Sel | Opt[App], T16, PlainOrAggregate], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16]]: ...
    def select(self, *items: Any) -> Select[Any, Any, Any]:
        """Choose what a row is: one item, or a tuple of several; a model class, a column or an expression each."""
        return selected(Select, self, items)


class SelectingGroups(Clauses[Sel, App]):
    """Groups whose items are to be chosen."""

    __slots__ = ()

    @overload
    def select(self, i1: Selectable[Sel | Opt[App], T1, Any], /) -> Select[Sel, App, T1]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any], /
    ) -> Select[Sel, App, tuple[T1, T2]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], i12: Selectable[Sel | Opt[App], T12, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], i12: Selectable[Sel | Opt[App], T12, Any],
        i13: Selectable[Sel | Opt[App], T13, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], i12: Selectable[Sel | Opt[App], T12, Any],
        i13: Selectable[Sel | Opt[App], T13, Any], i14: Selectable[Sel | Opt[App], T14, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], i12: Selectable[Sel | Opt[App], T12, Any],
        i13: Selectable[Sel | Opt[App], T13, Any], i14: Selectable[Sel | Opt[App], T14, Any],
        i15: Selectable[Sel | Opt[App], T15, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15]]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], i12: Selectable[Sel | Opt[App], T12, Any],
        i13: Selectable[Sel | Opt[App], T13, Any], i14: Selectable[Sel | Opt[App], T14, Any],
        i15: Selectable[Sel | Opt[App], T15, Any], i16: Selectable[Sel | Opt[App], T16, Any], /
    ) -> Select[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16]]: ...
    def select(self, *items: Any) -> Select[Any, Any, Any]:
        """Choose what a row is, of the group's keys and of aggregates.

        Raises:
            QueryError: when the query is compiled, and a column is neither in group_by nor inside an aggregate.
        """
        return selected(Select, self, items)


class Changing(Write, Generic[Sel, App]):
    """A write that may return what it has written and read."""

    __slots__ = ()

    @overload
    def returning(self, i1: Selectable[Sel | Opt[App], T1, Plain], /) -> Returning[T1]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain], /
    ) -> Returning[tuple[T1, T2]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], /
    ) -> Returning[tuple[T1, T2, T3]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain],
        i9: Selectable[Sel | Opt[App], T9, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain],
        i9: Selectable[Sel | Opt[App], T9, Plain], i10: Selectable[Sel | Opt[App], T10, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain],
        i9: Selectable[Sel | Opt[App], T9, Plain], i10: Selectable[Sel | Opt[App], T10, Plain],
        i11: Selectable[Sel | Opt[App], T11, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain],
        i9: Selectable[Sel | Opt[App], T9, Plain], i10: Selectable[Sel | Opt[App], T10, Plain],
        i11: Selectable[Sel | Opt[App], T11, Plain], i12: Selectable[Sel | Opt[App], T12, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain],
        i9: Selectable[Sel | Opt[App], T9, Plain], i10: Selectable[Sel | Opt[App], T10, Plain],
        i11: Selectable[Sel | Opt[App], T11, Plain], i12: Selectable[Sel | Opt[App], T12, Plain],
        i13: Selectable[Sel | Opt[App], T13, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain],
        i9: Selectable[Sel | Opt[App], T9, Plain], i10: Selectable[Sel | Opt[App], T10, Plain],
        i11: Selectable[Sel | Opt[App], T11, Plain], i12: Selectable[Sel | Opt[App], T12, Plain],
        i13: Selectable[Sel | Opt[App], T13, Plain], i14: Selectable[Sel | Opt[App], T14, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain],
        i9: Selectable[Sel | Opt[App], T9, Plain], i10: Selectable[Sel | Opt[App], T10, Plain],
        i11: Selectable[Sel | Opt[App], T11, Plain], i12: Selectable[Sel | Opt[App], T12, Plain],
        i13: Selectable[Sel | Opt[App], T13, Plain], i14: Selectable[Sel | Opt[App], T14, Plain],
        i15: Selectable[Sel | Opt[App], T15, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15]]: ...
    @overload
    def returning(
        self, i1: Selectable[Sel | Opt[App], T1, Plain], i2: Selectable[Sel | Opt[App], T2, Plain],
        i3: Selectable[Sel | Opt[App], T3, Plain], i4: Selectable[Sel | Opt[App], T4, Plain],
        i5: Selectable[Sel | Opt[App], T5, Plain], i6: Selectable[Sel | Opt[App], T6, Plain],
        i7: Selectable[Sel | Opt[App], T7, Plain], i8: Selectable[Sel | Opt[App], T8, Plain],
        i9: Selectable[Sel | Opt[App], T9, Plain], i10: Selectable[Sel | Opt[App], T10, Plain],
        i11: Selectable[Sel | Opt[App], T11, Plain], i12: Selectable[Sel | Opt[App], T12, Plain],
        i13: Selectable[Sel | Opt[App], T13, Plain], i14: Selectable[Sel | Opt[App], T14, Plain],
        i15: Selectable[Sel | Opt[App], T15, Plain], i16: Selectable[Sel | Opt[App], T16, Plain], /
    ) -> Returning[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16]]: ...
    def returning(self, *items: Any) -> Returning[Any]:
        """Return the rows as they are after the write (a DELETE: as they were): one item, or a tuple of several.

        Beside the table these may be of what else the write reads. `old(…)` and `new(…)` are a column or a model before
        and after the write, where the server is PostgreSQL 18: before an INSERT and after a DELETE there is none, and
        they are `maybe(old(…))`, `maybe(new(…))`.
        """
        return returned(self, items)
