"""Declared functions of up to 16 arguments. Written by .ci/arity.py."""

from __future__ import annotations

from typing import Any, Never, Protocol, TypeVar, overload

from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import N_co, R_co
from ferra_sync._expression.window import O1, O2, O3, O4, Orders

# fmt: off

A1_contra = TypeVar("A1_contra", contravariant=True)
A2_contra = TypeVar("A2_contra", contravariant=True)
A3_contra = TypeVar("A3_contra", contravariant=True)
A4_contra = TypeVar("A4_contra", contravariant=True)
A5_contra = TypeVar("A5_contra", contravariant=True)
A6_contra = TypeVar("A6_contra", contravariant=True)
A7_contra = TypeVar("A7_contra", contravariant=True)
A8_contra = TypeVar("A8_contra", contravariant=True)
A9_contra = TypeVar("A9_contra", contravariant=True)
A10_contra = TypeVar("A10_contra", contravariant=True)
A11_contra = TypeVar("A11_contra", contravariant=True)
A12_contra = TypeVar("A12_contra", contravariant=True)
A13_contra = TypeVar("A13_contra", contravariant=True)
A14_contra = TypeVar("A14_contra", contravariant=True)
A15_contra = TypeVar("A15_contra", contravariant=True)
A16_contra = TypeVar("A16_contra", contravariant=True)


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


G1 = TypeVar("G1")
G2 = TypeVar("G2")
G3 = TypeVar("G3")
G4 = TypeVar("G4")
G5 = TypeVar("G5")
G6 = TypeVar("G6")
G7 = TypeVar("G7")
G8 = TypeVar("G8")
G9 = TypeVar("G9")
G10 = TypeVar("G10")
G11 = TypeVar("G11")
G12 = TypeVar("G12")
G13 = TypeVar("G13")
G14 = TypeVar("G14")
G15 = TypeVar("G15")
G16 = TypeVar("G16")


class Function0(Protocol[R_co, N_co]):
    """A declared function without arguments."""

    def __call__(self) -> Expr[Never, R_co, N_co, Never]: ...


class Function1(Protocol[A1_contra, R_co, N_co]):
    """A declared function of one argument."""

    def __call__(self, a1: Selectable[S1, A1_contra, G1], /) -> Expr[S1, R_co, N_co, G1]: ...


class Function2(Protocol[A1_contra, A2_contra, R_co, N_co]):
    """A declared function of 2 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2], /
    ) -> Expr[S1 | S2, R_co, N_co, G1 | G2]: ...
    @overload
    def __call__(self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, /) -> Expr[S1, R_co, N_co, G1]: ...


class Function3(Protocol[A1_contra, A2_contra, A3_contra, R_co, N_co]):
    """A declared function of 3 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], /
    ) -> Expr[S1 | S2 | S3, R_co, N_co, G1 | G2 | G3]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function4(Protocol[A1_contra, A2_contra, A3_contra, A4_contra, R_co, N_co]):
    """A declared function of 4 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], /
    ) -> Expr[S1 | S2 | S3 | S4, R_co, N_co, G1 | G2 | G3 | G4]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function5(Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, R_co, N_co]):
    """A declared function of 5 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5], /
    ) -> Expr[S1 | S2 | S3 | S4 | S5, R_co, N_co, G1 | G2 | G3 | G4 | G5]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function6(Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, R_co, N_co]):
    """A declared function of 6 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], /
    ) -> Expr[S1 | S2 | S3 | S4 | S5 | S6, R_co, N_co, G1 | G2 | G3 | G4 | G5 | G6]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function7(Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, R_co, N_co]):
    """A declared function of 7 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], /
    ) -> Expr[S1 | S2 | S3 | S4 | S5 | S6 | S7, R_co, N_co, G1 | G2 | G3 | G4 | G5 | G6 | G7]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function8(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, R_co, N_co]
):
    """A declared function of 8 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8], /
    ) -> Expr[S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8, R_co, N_co, G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function9(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, A9_contra,
    R_co, N_co]
):
    """A declared function of 9 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8],
        a9: Selectable[S9, A9_contra, G9], /
    ) -> Expr[
        S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9, R_co, N_co, G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8 | G9
    ]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, a9: A9_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function10(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, A9_contra,
    A10_contra, R_co, N_co]
):
    """A declared function of 10 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8],
        a9: Selectable[S9, A9_contra, G9], a10: Selectable[S10, A10_contra, G10], /
    ) -> Expr[
        S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10, R_co, N_co,
        G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8 | G9 | G10
    ]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, a9: A9_contra, a10: A10_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function11(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, A9_contra,
    A10_contra, A11_contra, R_co, N_co]
):
    """A declared function of 11 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8],
        a9: Selectable[S9, A9_contra, G9], a10: Selectable[S10, A10_contra, G10],
        a11: Selectable[S11, A11_contra, G11], /
    ) -> Expr[
        S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11, R_co, N_co,
        G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8 | G9 | G10 | G11
    ]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, a9: A9_contra, a10: A10_contra, a11: A11_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function12(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, A9_contra,
    A10_contra, A11_contra, A12_contra, R_co, N_co]
):
    """A declared function of 12 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8],
        a9: Selectable[S9, A9_contra, G9], a10: Selectable[S10, A10_contra, G10],
        a11: Selectable[S11, A11_contra, G11], a12: Selectable[S12, A12_contra, G12], /
    ) -> Expr[
        S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12, R_co, N_co,
        G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8 | G9 | G10 | G11 | G12
    ]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, a9: A9_contra, a10: A10_contra, a11: A11_contra,
        a12: A12_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function13(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, A9_contra,
    A10_contra, A11_contra, A12_contra, A13_contra, R_co, N_co]
):
    """A declared function of 13 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8],
        a9: Selectable[S9, A9_contra, G9], a10: Selectable[S10, A10_contra, G10],
        a11: Selectable[S11, A11_contra, G11], a12: Selectable[S12, A12_contra, G12],
        a13: Selectable[S13, A13_contra, G13], /
    ) -> Expr[
        S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12 | S13, R_co, N_co,
        G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8 | G9 | G10 | G11 | G12 | G13
    ]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, a9: A9_contra, a10: A10_contra, a11: A11_contra,
        a12: A12_contra, a13: A13_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function14(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, A9_contra,
    A10_contra, A11_contra, A12_contra, A13_contra, A14_contra, R_co, N_co]
):
    """A declared function of 14 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8],
        a9: Selectable[S9, A9_contra, G9], a10: Selectable[S10, A10_contra, G10],
        a11: Selectable[S11, A11_contra, G11], a12: Selectable[S12, A12_contra, G12],
        a13: Selectable[S13, A13_contra, G13], a14: Selectable[S14, A14_contra, G14], /
    ) -> Expr[
        S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12 | S13 | S14, R_co, N_co,
        G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8 | G9 | G10 | G11 | G12 | G13 | G14
    ]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, a9: A9_contra, a10: A10_contra, a11: A11_contra,
        a12: A12_contra, a13: A13_contra, a14: A14_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function15(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, A9_contra,
    A10_contra, A11_contra, A12_contra, A13_contra, A14_contra, A15_contra, R_co, N_co]
):
    """A declared function of 15 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8],
        a9: Selectable[S9, A9_contra, G9], a10: Selectable[S10, A10_contra, G10],
        a11: Selectable[S11, A11_contra, G11], a12: Selectable[S12, A12_contra, G12],
        a13: Selectable[S13, A13_contra, G13], a14: Selectable[S14, A14_contra, G14],
        a15: Selectable[S15, A15_contra, G15], /
    ) -> Expr[
        S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12 | S13 | S14 | S15, R_co, N_co,
        G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8 | G9 | G10 | G11 | G12 | G13 | G14 | G15
    ]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, a9: A9_contra, a10: A10_contra, a11: A11_contra,
        a12: A12_contra, a13: A13_contra, a14: A14_contra, a15: A15_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Function16(
    Protocol[A1_contra, A2_contra, A3_contra, A4_contra, A5_contra, A6_contra, A7_contra, A8_contra, A9_contra,
    A10_contra, A11_contra, A12_contra, A13_contra, A14_contra, A15_contra, A16_contra, R_co, N_co]
):
    """A declared function of 16 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: Selectable[S2, A2_contra, G2],
        a3: Selectable[S3, A3_contra, G3], a4: Selectable[S4, A4_contra, G4], a5: Selectable[S5, A5_contra, G5],
        a6: Selectable[S6, A6_contra, G6], a7: Selectable[S7, A7_contra, G7], a8: Selectable[S8, A8_contra, G8],
        a9: Selectable[S9, A9_contra, G9], a10: Selectable[S10, A10_contra, G10],
        a11: Selectable[S11, A11_contra, G11], a12: Selectable[S12, A12_contra, G12],
        a13: Selectable[S13, A13_contra, G13], a14: Selectable[S14, A14_contra, G14],
        a15: Selectable[S15, A15_contra, G15], a16: Selectable[S16, A16_contra, G16], /
    ) -> Expr[
        S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8 | S9 | S10 | S11 | S12 | S13 | S14 | S15 | S16, R_co, N_co,
        G1 | G2 | G3 | G4 | G5 | G6 | G7 | G8 | G9 | G10 | G11 | G12 | G13 | G14 | G15 | G16
    ]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, G1], a2: A2_contra, a3: A3_contra, a4: A4_contra, a5: A5_contra,
        a6: A6_contra, a7: A7_contra, a8: A8_contra, a9: A9_contra, a10: A10_contra, a11: A11_contra,
        a12: A12_contra, a13: A13_contra, a14: A14_contra, a15: A15_contra, a16: A16_contra, /
    ) -> Expr[S1, R_co, N_co, G1]: ...


class Aggregate1(Protocol[A1_contra, R_co, N_co]):
    """A declared aggregate of one argument."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, Plain], /, *, distinct: bool = ...
    ) -> Aggregated[Opt[S1], R_co, N_co]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, Plain], /, *, distinct: bool = ...,
        order_by: Orders[O1, Plain, O2, O3, O4]
    ) -> Aggregated[Opt[S1] | O1 | O2 | O3 | O4, R_co, N_co]: ...


class Aggregate2(Protocol[A1_contra, A2_contra, R_co, N_co]):
    """A declared aggregate of 2 arguments; all but the first may be values."""

    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, Plain], a2: Selectable[S2, A2_contra, Any], /, *, distinct: bool = ...
    ) -> Aggregated[Opt[S1 | S2], R_co, N_co]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, Plain], a2: Selectable[S2, A2_contra, Any], /, *, distinct: bool = ...,
        order_by: Orders[O1, Plain, O2, O3, O4]
    ) -> Aggregated[Opt[S1 | S2] | O1 | O2 | O3 | O4, R_co, N_co]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, Plain], a2: A2_contra, /, *, distinct: bool = ...
    ) -> Aggregated[Opt[S1], R_co, N_co]: ...
    @overload
    def __call__(
        self, a1: Selectable[S1, A1_contra, Plain], a2: A2_contra, /, *, distinct: bool = ...,
        order_by: Orders[O1, Plain, O2, O3, O4]
    ) -> Aggregated[Opt[S1] | O1 | O2 | O3 | O4, R_co, N_co]: ...
