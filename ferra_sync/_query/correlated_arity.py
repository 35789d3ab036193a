"""The items of `select` inside another query, up to 16. Written by .ci/arity.py."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, overload

from ferra_sync._expression.markers import Opt, Plain, PlainOrAggregate
from ferra_sync._expression.rows import Inner
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import App, S_co, Sel
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.select import selected
from ferra_sync._query.selection import CorrelatedSelect

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


class SelectingInner(Clauses[Sel, App], Inner[S_co, Plain], Generic[Sel, App, S_co]):
    """Rows inside another query whose items are to be chosen."""

    __slots__ = ()

    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate], /
    ) -> CorrelatedSelect[Sel, App, T1, S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, PlainOrAggregate],
        i2: Selectable[Sel | Opt[App], T2, PlainOrAggregate], i3: Selectable[Sel | Opt[App], T3, PlainOrAggregate],
        i4: Selectable[Sel | Opt[App], T4, PlainOrAggregate], i5: Selectable[Sel | Opt[App], T5, PlainOrAggregate],
        i6: Selectable[Sel | Opt[App], T6, PlainOrAggregate], i7: Selectable[Sel | Opt[App], T7, PlainOrAggregate],
        i8: Selectable[Sel | Opt[App], T8, PlainOrAggregate], i9: Selectable[Sel | Opt[App], T9, PlainOrAggregate],
        i10: Selectable[Sel | Opt[App], T10, PlainOrAggregate],
        i11: Selectable[Sel | Opt[App], T11, PlainOrAggregate], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11], S_co]: ...
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
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12], S_co]: ...
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
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13], S_co]: ...
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
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14], S_co]: ...
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
    ) -> CorrelatedSelect[
        Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15], S_co
    ]: ...
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
    ) -> CorrelatedSelect[
        Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16], S_co
    ]: ...
    def select(self, *items: Any) -> CorrelatedSelect[Any, Any, Any, Any]:
        """Choose what a row is: one item, or a tuple of several; a model class, a column or an expression each."""
        return selected(CorrelatedSelect, self, items)


class SelectingInnerGroups(Clauses[Sel, App], Inner[S_co, Plain], Generic[Sel, App, S_co]):
    """Groups inside another query whose items are to be chosen."""

    __slots__ = ()

    @overload
    def select(self, i1: Selectable[Sel | Opt[App], T1, Any], /) -> CorrelatedSelect[Sel, App, T1, S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], i12: Selectable[Sel | Opt[App], T12, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], i12: Selectable[Sel | Opt[App], T12, Any],
        i13: Selectable[Sel | Opt[App], T13, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13], S_co]: ...
    @overload
    def select(
        self, i1: Selectable[Sel | Opt[App], T1, Any], i2: Selectable[Sel | Opt[App], T2, Any],
        i3: Selectable[Sel | Opt[App], T3, Any], i4: Selectable[Sel | Opt[App], T4, Any],
        i5: Selectable[Sel | Opt[App], T5, Any], i6: Selectable[Sel | Opt[App], T6, Any],
        i7: Selectable[Sel | Opt[App], T7, Any], i8: Selectable[Sel | Opt[App], T8, Any],
        i9: Selectable[Sel | Opt[App], T9, Any], i10: Selectable[Sel | Opt[App], T10, Any],
        i11: Selectable[Sel | Opt[App], T11, Any], i12: Selectable[Sel | Opt[App], T12, Any],
        i13: Selectable[Sel | Opt[App], T13, Any], i14: Selectable[Sel | Opt[App], T14, Any], /
    ) -> CorrelatedSelect[Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14], S_co]: ...
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
    ) -> CorrelatedSelect[
        Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15], S_co
    ]: ...
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
    ) -> CorrelatedSelect[
        Sel, App, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16], S_co
    ]: ...
    def select(self, *items: Any) -> CorrelatedSelect[Any, Any, Any, Any]:
        """Choose what a row is, of the group's keys and of aggregates.

        Raises:
            QueryError: when the query is compiled, and a column is neither in group_by nor inside an aggregate.
        """
        return selected(CorrelatedSelect, self, items)
