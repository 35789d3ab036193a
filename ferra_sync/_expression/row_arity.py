"""`row`, of 2 to 16 items. Written by .ci/arity.py."""

from __future__ import annotations

from typing import Any, Never, TypeVar, overload

from ferra_sync._expression.row import AnyRow, Row
from ferra_sync._expression.selectable import Comparable
from ferra_sync._expression.typevars import G, N

# fmt: off

S1 = TypeVar("S1")
S2 = TypeVar("S2")
S3 = TypeVar("S3")
S4 = TypeVar("S4")
S5 = TypeVar("S5")
S6 = TypeVar("S6")
S7 = TypeVar("S7")
S8 = TypeVar("S8")
S9 = TypeVar("S9")
S10 = TypeVar("S10")
S11 = TypeVar("S11")
S12 = TypeVar("S12")
S13 = TypeVar("S13")
S14 = TypeVar("S14")
S15 = TypeVar("S15")
S16 = TypeVar("S16")
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
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], /
) -> Row[S1 | S2, tuple[T1, T2], tuple[T1 | None, T2 | None], N, G]: ...
@overload
def row(i1: T1, i2: T2, /) -> Row[Never, tuple[T1, T2], tuple[T1 | None, T2 | None], Never, Never]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G], /
) -> Row[S1 | S2 | S3, tuple[T1, T2, T3], tuple[T1 | None, T2 | None, T3 | None], N, G]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, /
) -> Row[Never, tuple[T1, T2, T3], tuple[T1 | None, T2 | None, T3 | None], Never, Never]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], /
) -> Row[S1 | S2 | S3 | S4, tuple[T1, T2, T3, T4], tuple[T1 | None, T2 | None, T3 | None, T4 | None], N, G]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, /
) -> Row[Never, tuple[T1, T2, T3, T4], tuple[T1 | None, T2 | None, T3 | None, T4 | None], Never, Never]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5, tuple[T1, T2, T3, T4, T5], tuple[T1 | None, T2 | None, T3 | None, T4 | None,
    T5 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5], tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6, tuple[T1, T2, T3, T4, T5, T6], tuple[T1 | None, T2 | None, T3 | None,
    T4 | None, T5 | None, T6 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6], tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None,
    T6 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7, tuple[T1, T2, T3, T4, T5, T6, T7], tuple[T1 | None, T2 | None, T3 | None,
    T4 | None, T5 | None, T6 | None, T7 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7], tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None,
    T6 | None, T7 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8, tuple[T1, T2, T3, T4, T5, T6, T7, T8], tuple[T1 | None, T2 | None,
    T3 | None, T4 | None, T5 | None, T6 | None, T7 | None, T8 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8], tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None,
    T6 | None, T7 | None, T8 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], i9: Comparable[S9, T9, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9], tuple[T1 | None,
    T2 | None, T3 | None, T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, i9: T9, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9], tuple[T1 | None, T2 | None, T3 | None, T4 | None,
    T5 | None, T6 | None, T7 | None, T8 | None, T9 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], i9: Comparable[S9, T9, N, G],
    i10: Comparable[S10, T10, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10],
    tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None,
    T10 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, i9: T9, i10: T10, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10], tuple[T1 | None, T2 | None, T3 | None, T4 | None,
    T5 | None, T6 | None, T7 | None, T8 | None, T9 | None, T10 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], i9: Comparable[S9, T9, N, G],
    i10: Comparable[S10, T10, N, G], i11: Comparable[S11, T11, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11],
    tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None,
    T10 | None, T11 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, i9: T9, i10: T10, i11: T11, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11], tuple[T1 | None, T2 | None, T3 | None,
    T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None, T10 | None, T11 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], i9: Comparable[S9, T9, N, G],
    i10: Comparable[S10, T10, N, G], i11: Comparable[S11, T11, N, G], i12: Comparable[S12, T12, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10,
    T11, T12], tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None, T6 | None, T7 | None, T8 | None,
    T9 | None, T10 | None, T11 | None, T12 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, i9: T9, i10: T10, i11: T11, i12: T12, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12], tuple[T1 | None, T2 | None, T3 | None,
    T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None, T10 | None, T11 | None, T12 | None],
    Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], i9: Comparable[S9, T9, N, G],
    i10: Comparable[S10, T10, N, G], i11: Comparable[S11, T11, N, G], i12: Comparable[S12, T12, N, G],
    i13: Comparable[S13, T13, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12 | S13, tuple[T1, T2, T3, T4, T5, T6, T7, T8,
    T9, T10, T11, T12, T13], tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None, T6 | None, T7 | None,
    T8 | None, T9 | None, T10 | None, T11 | None, T12 | None, T13 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, i9: T9, i10: T10, i11: T11, i12: T12,
    i13: T13, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13], tuple[T1 | None, T2 | None, T3 | None,
    T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None, T10 | None, T11 | None, T12 | None,
    T13 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], i9: Comparable[S9, T9, N, G],
    i10: Comparable[S10, T10, N, G], i11: Comparable[S11, T11, N, G], i12: Comparable[S12, T12, N, G],
    i13: Comparable[S13, T13, N, G], i14: Comparable[S14, T14, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12 | S13 | S14, tuple[T1, T2, T3, T4, T5, T6, T7,
    T8, T9, T10, T11, T12, T13, T14], tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None, T6 | None,
    T7 | None, T8 | None, T9 | None, T10 | None, T11 | None, T12 | None, T13 | None, T14 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, i9: T9, i10: T10, i11: T11, i12: T12,
    i13: T13, i14: T14, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14], tuple[T1 | None, T2 | None,
    T3 | None, T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None, T10 | None, T11 | None,
    T12 | None, T13 | None, T14 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], i9: Comparable[S9, T9, N, G],
    i10: Comparable[S10, T10, N, G], i11: Comparable[S11, T11, N, G], i12: Comparable[S12, T12, N, G],
    i13: Comparable[S13, T13, N, G], i14: Comparable[S14, T14, N, G], i15: Comparable[S15, T15, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12 | S13 | S14 | S15, tuple[T1, T2, T3, T4, T5,
    T6, T7, T8, T9, T10, T11, T12, T13, T14, T15], tuple[T1 | None, T2 | None, T3 | None, T4 | None, T5 | None,
    T6 | None, T7 | None, T8 | None, T9 | None, T10 | None, T11 | None, T12 | None, T13 | None, T14 | None,
    T15 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, i9: T9, i10: T10, i11: T11, i12: T12,
    i13: T13, i14: T14, i15: T15, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15], tuple[T1 | None, T2 | None,
    T3 | None, T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None, T10 | None, T11 | None,
    T12 | None, T13 | None, T14 | None, T15 | None], Never, Never
]: ...
@overload
def row(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr
    i1: Comparable[S1, T1, N, G], i2: Comparable[S2, T2, N, G], i3: Comparable[S3, T3, N, G],
    i4: Comparable[S4, T4, N, G], i5: Comparable[S5, T5, N, G], i6: Comparable[S6, T6, N, G],
    i7: Comparable[S7, T7, N, G], i8: Comparable[S8, T8, N, G], i9: Comparable[S9, T9, N, G],
    i10: Comparable[S10, T10, N, G], i11: Comparable[S11, T11, N, G], i12: Comparable[S12, T12, N, G],
    i13: Comparable[S13, T13, N, G], i14: Comparable[S14, T14, N, G], i15: Comparable[S15, T15, N, G],
    i16: Comparable[S16, T16, N, G], /
) -> Row[
    S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12 | S13 | S14 | S15 | S16, tuple[T1, T2, T3, T4,
    T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16], tuple[T1 | None, T2 | None, T3 | None, T4 | None,
    T5 | None, T6 | None, T7 | None, T8 | None, T9 | None, T10 | None, T11 | None, T12 | None, T13 | None,
    T14 | None, T15 | None, T16 | None], N, G
]: ...
@overload
def row(
    i1: T1, i2: T2, i3: T3, i4: T4, i5: T5, i6: T6, i7: T7, i8: T8, i9: T9, i10: T10, i11: T11, i12: T12,
    i13: T13, i14: T14, i15: T15, i16: T16, /
) -> Row[
    Never, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16], tuple[T1 | None,
    T2 | None, T3 | None, T4 | None, T5 | None, T6 | None, T7 | None, T8 | None, T9 | None, T10 | None,
    T11 | None, T12 | None, T13 | None, T14 | None, T15 | None, T16 | None], Never, Never
]: ...
def row(*items: Any) -> AnyRow:
    """Several columns and expressions, or values for such, to compare with another row as one, the first items first.

    Raises:
        QueryError: there are not 2 to 16 items.
    """
    return Row(items)
