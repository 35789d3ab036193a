"""How functions of up to 16 arguments are declared. Written by .ci/arity.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

from ferra_sync._expression.sqltypes import Accepting, HasSqlType
from ferra_sync._expression.typevars import N, R

if TYPE_CHECKING:
    from ferra_sync._expression.declared_functions import (
        Aggregate1,
        Aggregate2,
        Function0,
        Function1,
        Function2,
        Function3,
        Function4,
        Function5,
        Function6,
        Function7,
        Function8,
        Function9,
        Function10,
        Function11,
        Function12,
        Function13,
        Function14,
        Function15,
        Function16,
    )

# fmt: off

if TYPE_CHECKING:
    A1 = TypeVar("A1")
    A2 = TypeVar("A2")
    A3 = TypeVar("A3")
    A4 = TypeVar("A4")
    A5 = TypeVar("A5")
    A6 = TypeVar("A6")
    A7 = TypeVar("A7")
    A8 = TypeVar("A8")
    A9 = TypeVar("A9")
    A10 = TypeVar("A10")
    A11 = TypeVar("A11")
    A12 = TypeVar("A12")
    A13 = TypeVar("A13")
    A14 = TypeVar("A14")
    A15 = TypeVar("A15")
    A16 = TypeVar("A16")


    class DeclareFunction(Protocol):
        """What `function` is."""

        @overload
        def __call__(self, name: str, /, *, returns: HasSqlType[R, N], schema: str | None = ...) -> Function0[R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], /, *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function1[A1, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], /, *, returns: HasSqlType[R, N],
            schema: str | None = ...
        ) -> Function2[A1, A2, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], /, *, returns: HasSqlType[R, N],
            schema: str | None = ...
        ) -> Function3[A1, A2, A3, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4], /, *,
            returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function4[A1, A2, A3, A4, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], /, *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function5[A1, A2, A3, A4, A5, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], /, *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function6[A1, A2, A3, A4, A5, A6, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], /, *, returns: HasSqlType[R, N],
            schema: str | None = ...
        ) -> Function7[A1, A2, A3, A4, A5, A6, A7, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], /, *, returns: HasSqlType[R, N],
            schema: str | None = ...
        ) -> Function8[A1, A2, A3, A4, A5, A6, A7, A8, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], a9: Accepting[A9], /, *,
            returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function9[A1, A2, A3, A4, A5, A6, A7, A8, A9, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], a9: Accepting[A9],
            a10: Accepting[A10], /, *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function10[A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], a9: Accepting[A9],
            a10: Accepting[A10], a11: Accepting[A11], /, *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function11[A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], a9: Accepting[A9],
            a10: Accepting[A10], a11: Accepting[A11], a12: Accepting[A12], /, *, returns: HasSqlType[R, N],
            schema: str | None = ...
        ) -> Function12[A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], a9: Accepting[A9],
            a10: Accepting[A10], a11: Accepting[A11], a12: Accepting[A12], a13: Accepting[A13], /, *,
            returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function13[A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], a9: Accepting[A9],
            a10: Accepting[A10], a11: Accepting[A11], a12: Accepting[A12], a13: Accepting[A13], a14: Accepting[A14], /,
            *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function14[A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], a9: Accepting[A9],
            a10: Accepting[A10], a11: Accepting[A11], a12: Accepting[A12], a13: Accepting[A13], a14: Accepting[A14],
            a15: Accepting[A15], /, *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function15[A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], a3: Accepting[A3], a4: Accepting[A4],
            a5: Accepting[A5], a6: Accepting[A6], a7: Accepting[A7], a8: Accepting[A8], a9: Accepting[A9],
            a10: Accepting[A10], a11: Accepting[A11], a12: Accepting[A12], a13: Accepting[A13], a14: Accepting[A14],
            a15: Accepting[A15], a16: Accepting[A16], /, *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Function16[A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, R, N]: ...


    class DeclareAggregate(Protocol):
        """What `aggregate` is."""

        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], /, *, returns: HasSqlType[R, N], schema: str | None = ...
        ) -> Aggregate1[A1, R, N]: ...
        @overload
        def __call__(
            self, name: str, a1: Accepting[A1], a2: Accepting[A2], /, *, returns: HasSqlType[R, N],
            schema: str | None = ...
        ) -> Aggregate2[A1, A2, R, N]: ...
else:
    DeclareFunction = DeclareAggregate = Any
