"""Expressions: what can be selected, compared, ordered by and assigned; a column is one of them.

`Expr[S, V, N, G]` is covariant in all four. S is the union of the tables it needs. Its value is `V | N`: N is None
where it may be NULL, else Never. G says whether it is a plain value of one row or an aggregate over many; a constant
is `Never` and fits both.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Generic, Never, TypeAlias, overload

from ferra_sync._expression import (
    arithmetic,
    array_operators,
    bit_operators,
    container_operators,
    document_operators,
    full_text_operators,
    operators,
    range_operators,
    shapes,
    trigram_operators,
)
from ferra_sync._expression.arithmetic import Exact, FracT, Joined, Moment, Real, Sets, Span, SpanT
from ferra_sync._expression.documents import Document, Json, Pairs, Removable, Step, Texts
from ferra_sync._expression.full_text import TsQuery, TsVector
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.keyed import Keyed
from ferra_sync._expression.markers import In, Opt, Plain
from ferra_sync._expression.ranges import Ranges
from ferra_sync._expression.rows import Rows
from ferra_sync._expression.selectable import Takes, Typed
from ferra_sync._expression.sqltypes import BOOLEAN, TSQUERY, TSVECTOR, HasSqlType, SqlType, Undeclared
from ferra_sync._expression.typevars import (
    G2,
    G3,
    N2,
    S2,
    S3,
    G,
    G_co,
    N,
    N_co,
    S,
    S_co,
    SOrA,
    SOrB,
    SOrC,
    T,
    V,
    V_co,
    W,
)

# Of what type self may be: in `Exactly` of no subclass of it, for a datetime is a date.
Of: TypeAlias = "Expr[Any, V, Any, Any]"
Exactly: TypeAlias = "Typed[Any, V, Any, Any, Any]"
Whole: TypeAlias = "Typed[S, int, int, N, G]"
Constant: TypeAlias = "V | Expr[Never, V, Never, Never]"


class Expr(Keyed[S_co, V_co, N_co, G_co, "Expr[S_co, bool, N_co, G_co]"], Generic[S_co, V_co, N_co, G_co]):
    """An SQL expression: a frozen value that does no I/O."""

    __slots__ = ()
    __iter__: ClassVar[None] = None
    __hash__: ClassVar[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride] - == builds SQL

    def __ferra_predicate__(
        self, shape: Hashable, params: tuple[Any, ...], type: SqlType[Any]
    ) -> Expr[S_co, bool, N_co, G_co]:
        return Expr(shape, params, type)

    # Comparison

    @overload  # type: ignore[override]  # == builds SQL
    def __eq__(self: Takes[W], other: Expr[S2, W, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __eq__(self: Takes[W], other: W) -> Expr[S_co, bool, N_co, G_co]: ...
    def __eq__(self, other: object) -> Any:
        return operators.comparison(Expr, "=", self, other)

    @overload  # type: ignore[override]  # != builds SQL
    def __ne__(self: Takes[W], other: Expr[S2, W, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __ne__(self: Takes[W], other: W) -> Expr[S_co, bool, N_co, G_co]: ...
    def __ne__(self, other: object) -> Any:
        return operators.comparison(Expr, "<>", self, other)

    @overload
    def __lt__(self: Takes[W], other: Expr[S2, W, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __lt__(self: Takes[W], other: W) -> Expr[S_co, bool, N_co, G_co]: ...
    def __lt__(self, other: object) -> AnyExpr:
        return operators.comparison(Expr, "<", self, other)

    @overload
    def __le__(self: Takes[W], other: Expr[S2, W, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __le__(self: Takes[W], other: W) -> Expr[S_co, bool, N_co, G_co]: ...
    def __le__(self, other: object) -> AnyExpr:
        return operators.comparison(Expr, "<=", self, other)

    @overload
    def __gt__(self: Takes[W], other: Expr[S2, W, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __gt__(self: Takes[W], other: W) -> Expr[S_co, bool, N_co, G_co]: ...
    def __gt__(self, other: object) -> AnyExpr:
        return operators.comparison(Expr, ">", self, other)

    @overload
    def __ge__(self: Takes[W], other: Expr[S2, W, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __ge__(self: Takes[W], other: W) -> Expr[S_co, bool, N_co, G_co]: ...
    def __ge__(self, other: object) -> AnyExpr:
        return operators.comparison(Expr, ">=", self, other)

    @overload
    def is_distinct_from(self: Takes[W], other: Expr[S2, W, Any, G2]) -> Expr[S_co | S2, bool, Never, G_co | G2]: ...
    @overload
    def is_distinct_from(
        self: Exactly[int], other: Expr[S2, Decimal | float, Any, G2]
    ) -> Expr[S_co | S2, bool, Never, G_co | G2]: ...
    @overload
    def is_distinct_from(self: Takes[W], other: W | None) -> Expr[S_co, bool, Never, G_co]: ...
    def is_distinct_from(self, other: object) -> AnyExpr:
        """`IS DISTINCT FROM`: `<>` that takes NULL for a value like any other."""
        return operators.distinction(Expr, "is distinct from", self, other)

    @overload
    def is_not_distinct_from(
        self: Takes[W], other: Expr[S2, W, Any, G2]
    ) -> Expr[S_co | S2, bool, Never, G_co | G2]: ...
    @overload
    def is_not_distinct_from(
        self: Exactly[int], other: Expr[S2, Decimal | float, Any, G2]
    ) -> Expr[S_co | S2, bool, Never, G_co | G2]: ...
    @overload
    def is_not_distinct_from(self: Takes[W], other: W | None) -> Expr[S_co, bool, Never, G_co]: ...
    def is_not_distinct_from(self, other: object) -> AnyExpr:
        """`IS NOT DISTINCT FROM`: `=` that takes NULL for a value like any other."""
        return operators.distinction(Expr, "is not distinct from", self, other)

    @overload
    def is_in(self: Takes[W], values: Rows[W | None, S2, G2]) -> Expr[S_co | S2, bool, None, G_co | G2]: ...
    @overload
    def is_in(self: Takes[W], values: Collection[W]) -> Expr[S_co, bool, N_co, G_co]: ...
    def is_in(self, values: object) -> AnyExpr:
        """`= ANY($1)`, one shape for every number of values, none included; of a query of one column `IN (SELECT …)`.

        Raises:
            QueryError: the values are no collection, or one of them is NULL or of another type.
        """
        return operators.membership(Expr, "= any", self, values)

    @overload
    def is_not_in(self: Takes[W], values: Rows[W | None, S2, G2]) -> Expr[S_co | S2, bool, None, G_co | G2]: ...
    @overload
    def is_not_in(self: Takes[W], values: Collection[W]) -> Expr[S_co, bool, N_co, G_co]: ...
    def is_not_in(self, values: object) -> AnyExpr:
        """`<> ALL($1)`: true for every row where there are no values; of a query `NOT IN (SELECT …)`."""
        return operators.membership(Expr, "<> all", self, values)

    @overload
    def between(
        self: Takes[W], low: Expr[S2, W, N2, G2], high: Expr[S3, W, N2, G3]
    ) -> Expr[S_co | S2 | S3, bool, N_co | N2, G_co | G2 | G3]: ...
    @overload
    def between(self: Takes[W], low: Expr[S2, W, N2, G2], high: W) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def between(self: Takes[W], low: W, high: Expr[S2, W, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def between(
        self: Exactly[int], low: Expr[S2, Real, N2, G2], high: Expr[S3, Real, N2, G3]
    ) -> Expr[S_co | S2 | S3, bool, N_co | N2, G_co | G2 | G3]: ...
    @overload
    def between(
        self: Exactly[int], low: Expr[S2, Real, N2, G2], high: int
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def between(
        self: Exactly[int], low: int, high: Expr[S2, Real, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def between(self: Takes[W], low: W, high: W) -> Expr[S_co, bool, N_co, G_co]: ...
    def between(self, low: object, high: object) -> AnyExpr:
        """`BETWEEN low AND high`, both included."""
        return operators.between(Expr, self, low, high)

    def is_null(self) -> Expr[S_co, bool, Never, G_co]:
        """`IS NULL`."""
        return Expr(shapes.operation("is null", self.shape), self.params, BOOLEAN)

    def is_not_null(self) -> Expr[S_co, bool, Never, G_co]:
        """`IS NOT NULL`."""
        return Expr(shapes.operation("is not null", self.shape), self.params, BOOLEAN)

    # Logic

    @overload
    def __and__(self: Of[bool], other: Expr[S2, bool, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __and__(self: Of[TsQuery], other: Expr[S2, V_co, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __and__(self: Exactly[int], other: int) -> Expr[S_co, int, N_co, G_co]: ...
    @overload
    def __and__(self: Exactly[int], other: Whole[S2, N2, G2]) -> Expr[S_co | S2, int, N_co | N2, G_co | G2]: ...
    def __and__(self, other: object) -> AnyExpr:
        if self.type is TSQUERY:
            return full_text_operators.combined(Expr, "&&", self, other)
        if self.type.rank is not None:
            return bit_operators.combined(Expr, "&", self, other)
        return operators.connective(Expr, shapes.AND, self, other)

    @overload
    def __or__(self: Of[bool], other: Expr[S2, bool, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __or__(self: Of[TsQuery], other: Expr[S2, V_co, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __or__(self: Exactly[int], other: int) -> Expr[S_co, int, N_co, G_co]: ...
    @overload
    def __or__(self: Exactly[int], other: Whole[S2, N2, G2]) -> Expr[S_co | S2, int, N_co | N2, G_co | G2]: ...
    def __or__(self, other: object) -> AnyExpr:
        if self.type is TSQUERY:
            return full_text_operators.combined(Expr, "||", self, other)
        if self.type.rank is not None:
            return bit_operators.combined(Expr, "|", self, other)
        return operators.connective(Expr, shapes.OR, self, other)

    def __invert__(self: Of[int | TsQuery]) -> Expr[S_co, V_co, N_co, G_co]:
        if self.type is TSQUERY:
            return full_text_operators.negated(Expr, self)
        if self.type.rank is not None:
            return bit_operators.inverted(Expr, self)
        operators.require_boolean(self, "~")
        return Expr(shapes.operation("not", self.shape), self.params, BOOLEAN)

    # Bits of whole numbers, beside `& | ~`

    @overload
    def __xor__(self: Exactly[int], other: int) -> Expr[S_co, int, N_co, G_co]: ...
    @overload
    def __xor__(self: Exactly[int], other: Whole[S2, N2, G2]) -> Expr[S_co | S2, int, N_co | N2, G_co | G2]: ...
    def __xor__(self, other: object) -> AnyExpr:
        """`#`: the bits that one of the two has and the other has not."""
        return bit_operators.combined(Expr, "#", self, other)

    @overload
    def __lshift__(self: Exactly[int], places: int) -> Expr[S_co, int, N_co, G_co]: ...
    @overload
    def __lshift__(self: Exactly[int], places: Whole[S2, N2, G2]) -> Expr[S_co | S2, int, N_co | N2, G_co | G2]: ...
    def __lshift__(self, places: object) -> AnyExpr:
        return bit_operators.shifted(Expr, "<<", self, places)

    @overload
    def __rshift__(self: Exactly[int], places: int) -> Expr[S_co, int, N_co, G_co]: ...
    @overload
    def __rshift__(self: Exactly[int], places: Whole[S2, N2, G2]) -> Expr[S_co | S2, int, N_co | N2, G_co | G2]: ...
    def __rshift__(self, places: object) -> AnyExpr:
        return bit_operators.shifted(Expr, ">>", self, places)

    # Arithmetic: for each pair of types that PostgreSQL has an operator for, with a value and with an expression.

    @overload
    def __add__(
        self: Of[Document], other: Expr[S2, Document, N2, G2]
    ) -> Expr[S_co | S2, Any, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Of[Document], other: Json) -> Expr[S_co, Any, N_co, G_co]: ...
    @overload
    def __add__(self: Of[Pairs], other: Texts) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __add__(self: Of[Pairs], other: Expr[S2, Pairs, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Of[Real], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __add__(self: Of[Real], other: Expr[S2, V_co | int, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __add__(self: Of[int], other: float) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def __add__(self: Of[int], other: Expr[S2, FracT, N2, G2]) -> Expr[S_co | S2, FracT, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Of[Joined], other: Constant[V_co]) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __add__(self: Of[Joined], other: Expr[S2, V_co, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Of[Span], other: Span) -> Expr[S_co, Interval, N_co, G_co]: ...
    @overload
    def __add__(self: Of[Span], other: Expr[S2, Span, N2, G2]) -> Expr[S_co | S2, Interval, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Of[Moment], other: Span) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __add__(self: Of[Moment], other: Expr[S2, Span, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Exactly[date], other: Span | time) -> Expr[S_co, datetime, N_co, G_co]: ...
    @overload
    def __add__(
        self: Exactly[date], other: Expr[S2, Span | time, N2, G2]
    ) -> Expr[S_co | S2, datetime, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Exactly[date], other: int) -> Expr[S_co, date, N_co, G_co]: ...
    @overload
    def __add__(self: Exactly[date], other: Expr[S2, int, N2, G2]) -> Expr[S_co | S2, date, N_co | N2, G_co | G2]: ...
    def __add__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "+", self, other)

    @overload
    def __sub__(
        self: Of[Document], other: Expr[S2, Removable, N2, G2]
    ) -> Expr[S_co | S2, Any, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Of[Document], other: Removable) -> Expr[S_co, Any, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[Pairs], other: Texts | str | list[str] | Pairs) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __sub__(
        self: Of[Pairs], other: Expr[S2, str | list[str] | Pairs, N2, G2]
    ) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Of[Real], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[Real], other: Expr[S2, V_co | int, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[int], other: float) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[int], other: Expr[S2, FracT, N2, G2]) -> Expr[S_co | S2, FracT, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Of[Span | Sets], other: Constant[V_co]) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __sub__(
        self: Of[Span | Sets], other: Expr[S2, V_co, N2, G2]
    ) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Of[Span], other: Span) -> Expr[S_co, Interval, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[Span], other: Expr[S2, Span, N2, G2]) -> Expr[S_co | S2, Interval, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Of[Moment], other: Span) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[Moment], other: Expr[S2, Span, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Of[time], other: time) -> Expr[S_co, timedelta, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[time], other: Expr[S2, time, N2, G2]) -> Expr[S_co | S2, timedelta, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Of[datetime], other: date) -> Expr[S_co, timedelta, N_co, G_co]: ...
    @overload
    def __sub__(
        self: Of[datetime], other: Expr[S2, date, N2, G2]
    ) -> Expr[S_co | S2, timedelta, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - datetime is a date
        self: Exactly[date], other: datetime
    ) -> Expr[S_co, timedelta, N_co, G_co]: ...
    @overload
    def __sub__(self: Exactly[date], other: date) -> Expr[S_co, int, N_co, G_co]: ...
    @overload
    def __sub__(
        self: Exactly[date], other: Typed[S2, date, date, N2, G2]
    ) -> Expr[S_co | S2, int, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Exactly[date], other: Span) -> Expr[S_co, datetime, N_co, G_co]: ...
    @overload
    def __sub__(
        self: Exactly[date], other: Expr[S2, Span, N2, G2]
    ) -> Expr[S_co | S2, datetime, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(self: Exactly[date], other: int) -> Expr[S_co, date, N_co, G_co]: ...
    @overload
    def __sub__(self: Exactly[date], other: Expr[S2, int, N2, G2]) -> Expr[S_co | S2, date, N_co | N2, G_co | G2]: ...
    def __sub__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "-", self, other)

    @overload
    def __mul__(self: Of[Real], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[Real], other: Expr[S2, V_co | int, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __mul__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[int], other: float) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[int], other: Expr[S2, FracT, N2, G2]) -> Expr[S_co | S2, FracT, N_co | N2, G_co | G2]: ...
    @overload
    def __mul__(self: Of[Span], other: Real) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[Span], other: Expr[S2, Real, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __mul__(self: Of[Real], other: timedelta) -> Expr[S_co, timedelta, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[Real], other: Interval) -> Expr[S_co, Interval, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[Real], other: Expr[S2, SpanT, N2, G2]) -> Expr[S_co | S2, SpanT, N_co | N2, G_co | G2]: ...
    @overload
    def __mul__(self: Of[Sets], other: Constant[V_co]) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[Sets], other: Expr[S2, V_co, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    def __mul__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "*", self, other)

    __rmul__ = __mul__  # Factors commute.

    @overload
    def __truediv__(self: Of[Real], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __truediv__(
        self: Of[Real], other: Expr[S2, V_co | int, N2, G2]
    ) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __truediv__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __truediv__(self: Of[int], other: float) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def __truediv__(self: Of[int], other: Expr[S2, FracT, N2, G2]) -> Expr[S_co | S2, FracT, N_co | N2, G_co | G2]: ...
    @overload
    def __truediv__(self: Of[Span], other: Real) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __truediv__(self: Of[Span], other: Expr[S2, Real, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    def __truediv__(self, other: object) -> AnyExpr:
        """`/` as PostgreSQL means it: whole numbers divide to a whole number."""
        return arithmetic.arithmetic(Expr, "/", self, other)

    @overload
    def __mod__(self: Of[Exact], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __mod__(
        self: Of[Exact], other: Expr[S2, V_co | int, N2, G2]
    ) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    @overload
    def __mod__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __mod__(self: Of[int], other: Expr[S2, Decimal, N2, G2]) -> Expr[S_co | S2, Decimal, N_co | N2, G_co | G2]: ...
    def __mod__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "%", self, other)

    @overload
    def __radd__(self: Of[Real], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __radd__(self: Of[int], other: FracT) -> Expr[S_co, FracT, N_co, G_co]: ...
    @overload
    def __radd__(self: Of[Joined], other: Constant[V_co]) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __radd__(self: Of[Span], other: Span) -> Expr[S_co, Interval, N_co, G_co]: ...
    @overload
    def __radd__(self: Of[Span], other: time) -> Expr[S_co, time, N_co, G_co]: ...
    @overload
    def __radd__(self: Of[Span], other: date) -> Expr[S_co, datetime, N_co, G_co]: ...
    @overload
    def __radd__(self: Of[int], other: date) -> Expr[S_co, date, N_co, G_co]: ...
    @overload
    def __radd__(self: Of[Moment], other: Span) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __radd__(self: Exactly[date], other: Span) -> Expr[S_co, datetime, N_co, G_co]: ...
    @overload
    def __radd__(self: Exactly[date], other: int) -> Expr[S_co, date, N_co, G_co]: ...
    def __radd__(self, other: object) -> AnyExpr:
        return arithmetic.reflected(Expr, "+", other, self)

    @overload
    def __rsub__(self: Of[Real], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __rsub__(self: Of[int], other: FracT) -> Expr[S_co, FracT, N_co, G_co]: ...
    @overload
    def __rsub__(self: Of[Span], other: Constant[V_co]) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __rsub__(self: Of[Span], other: Span) -> Expr[S_co, Interval, N_co, G_co]: ...
    @overload
    def __rsub__(self: Of[Span], other: time) -> Expr[S_co, time, N_co, G_co]: ...
    @overload
    def __rsub__(self: Of[Span], other: date) -> Expr[S_co, datetime, N_co, G_co]: ...
    @overload
    def __rsub__(self: Of[time], other: time) -> Expr[S_co, timedelta, N_co, G_co]: ...
    @overload
    def __rsub__(self: Of[datetime], other: date) -> Expr[S_co, timedelta, N_co, G_co]: ...
    @overload
    def __rsub__(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - datetime is a date
        self: Exactly[date], other: datetime
    ) -> Expr[S_co, timedelta, N_co, G_co]: ...
    @overload
    def __rsub__(self: Exactly[date], other: date) -> Expr[S_co, int, N_co, G_co]: ...
    @overload
    def __rsub__(self: Of[int], other: date) -> Expr[S_co, date, N_co, G_co]: ...
    def __rsub__(self, other: object) -> AnyExpr:
        return arithmetic.reflected(Expr, "-", other, self)

    @overload
    def __rtruediv__(self: Of[Real], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __rtruediv__(self: Of[int], other: FracT) -> Expr[S_co, FracT, N_co, G_co]: ...
    @overload
    def __rtruediv__(self: Of[Real], other: SpanT) -> Expr[S_co, SpanT, N_co, G_co]: ...
    def __rtruediv__(self, other: object) -> AnyExpr:
        return arithmetic.reflected(Expr, "/", other, self)

    @overload
    def __rmod__(self: Of[Exact], other: V_co | int) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __rmod__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    def __rmod__(self, other: object) -> AnyExpr:
        return arithmetic.reflected(Expr, "%", other, self)

    def __neg__(self: Of[Real | Span]) -> Expr[S_co, V_co, N_co, G_co]:
        return arithmetic.negated(Expr, self)

    # Documents, arrays and hstore

    def get(self: Of[Document], step: Step, /, *steps: Step) -> Expr[S_co, Any, None, G_co]:
        """`->`: the document to which keys, and places from 0 on or from -1 back, lead; None where there is none."""
        return document_operators.reached(Expr, self, (step, *steps))

    def text(self: Of[Document | Pairs], step: Step, /, *steps: Step) -> Expr[S_co, str, None, G_co]:
        """`->>`: what `get` finds, as text, and None for the document `null`; of hstore the value of a key."""
        return document_operators.reached_text(Expr, self, (step, *steps))

    def without(self: Of[Document], step: Step, /, *steps: Step) -> Expr[S_co, Any, N_co, G_co]:
        """`#-`: the document without what `get` finds."""
        return document_operators.without(Expr, self, (step, *steps))

    @overload
    def contains(self: Of[str], part: str) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def contains(self: Of[list[Any] | Pairs], part: Constant[V_co]) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def contains(
        self: Of[list[Any] | Pairs], part: Expr[S2, V_co, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def contains(
        self: Of[Document], part: Expr[S2, Document, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def contains(self: Of[Document], part: Json | V_co) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def contains(self: Of[Ranges[Decimal]], part: int) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def contains(
        self: Of[Ranges[Decimal]], part: Expr[S2, int, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def contains(
        self: Of[Ranges[T]], part: Expr[S2, T | Ranges[T], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def contains(self: Of[Ranges[T]], part: T | Ranges[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    def contains(self, part: object) -> AnyExpr:
        """`@>`: whether all of `part` is in it; of text, whether it occurs, letter for letter: nothing is wild."""
        return container_operators.containing(Expr, self, part)

    @overload
    def contained_by(self: Of[list[Any] | Pairs], whole: Constant[V_co]) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def contained_by(
        self: Of[list[Any] | Pairs], whole: Expr[S2, V_co, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def contained_by(
        self: Of[Document], whole: Expr[S2, Document, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def contained_by(self: Of[Document], whole: Json | V_co) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def contained_by(
        self: Of[Ranges[T]], whole: Expr[S2, Ranges[T], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def contained_by(self: Of[Ranges[T]], whole: Ranges[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def contained_by(
        self: Of[V], whole: Expr[S2, Ranges[V], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def contained_by(self: Of[V], whole: Ranges[V]) -> Expr[S_co, bool, N_co, G_co]: ...
    def contained_by(self, whole: object) -> AnyExpr:
        """`<@`: whether all of it, or this one value, is in `whole`."""
        return container_operators.within(Expr, self, whole)

    @overload
    def overlaps(self: Of[list[Any]], other: Constant[V_co]) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def overlaps(self: Of[list[Any]], other: Expr[S2, V_co, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def overlaps(
        self: Of[Ranges[T]], other: Expr[S2, Ranges[T], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def overlaps(self: Of[Ranges[T]], other: Ranges[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    def overlaps(self, other: object) -> AnyExpr:
        """`&&`: whether the two arrays have an element in common, or the two ranges a value."""
        return container_operators.overlapping(Expr, self, other)

    @overload
    def __getitem__(self: Of[list[Any]], places: slice) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def __getitem__(self: Of[list[list[list[Any]]]], places: tuple[int, ...]) -> Expr[S_co, Any, None, G_co]: ...
    @overload
    def __getitem__(self: Of[list[list[V | None]]], places: tuple[int, int]) -> Expr[S_co, V, None, G_co]: ...
    @overload
    def __getitem__(self: Of[list[list[V]]], places: tuple[int, int]) -> Expr[S_co, V, None, G_co]: ...
    @overload
    def __getitem__(self: Of[list[V | None]], places: int) -> Expr[S_co, V, None, G_co]: ...
    @overload
    def __getitem__(
        self: Of[list[V | None]], places: Expr[S2, int, Any, G2]
    ) -> Expr[S_co | S2, V, None, G_co | G2]: ...
    @overload
    def __getitem__(self: Of[list[V]], places: int) -> Expr[S_co, V, None, G_co]: ...
    @overload
    def __getitem__(self: Of[list[V]], places: Expr[S2, int, Any, G2]) -> Expr[S_co | S2, V, None, G_co | G2]: ...
    def __getitem__(self, places: object) -> AnyExpr:
        """`[place]`, from 1 on: the element there, or None; `[first:last]`: the part from place to place, both in it.

        Of an array of arrays an element has as many places as there are dimensions, `[1, 2]`.

        Raises:
            QueryError: it is no array, or a place is less than 1, where PostgreSQL has nothing.
        """
        return array_operators.item(Expr, self, places)

    @overload
    def matches(self: Of[str], query: str) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def matches(
        self: Of[TsVector], query: Expr[S2, TsQuery, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    def matches(self, query: object) -> AnyExpr:
        """`~`: whether a part of the text is as a regular expression says. Of a document `@@`: whether it answers."""
        if isinstance(query, str) and self.type.parameter is not TSVECTOR:
            return operators.matching(Expr, "~", self, query)
        return full_text_operators.search(Expr, self, query)

    @overload
    def is_similar(self: Of[str], other: str) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def is_similar(self: Of[str], other: Expr[S2, str, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    def is_similar(self, other: object) -> AnyExpr:
        """`%` of `pg_trgm`: whether `fn.similarity(…)` is above `pg_trgm.similarity_threshold`, 0.3 by default."""
        return trigram_operators.similar(Expr, self, other)

    @overload
    def distance(self: Of[str], other: str) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def distance(self: Of[str], other: Expr[S2, str, N2, G2]) -> Expr[S_co | S2, float, N_co | N2, G_co | G2]: ...
    def distance(self, other: object) -> AnyExpr:
        """`<->` of `pg_trgm`: one minus `fn.similarity(…)`."""
        return trigram_operators.distance(Expr, self, other)

    # Ranges and multiranges

    @overload
    def adjacent_to(
        self: Of[Ranges[T]], other: Expr[S2, Ranges[T], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def adjacent_to(self: Of[Ranges[T]], other: Ranges[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    def adjacent_to(self, other: object) -> AnyExpr:
        """`-|-`: whether one begins where the other ends, with nothing between them or in common."""
        return range_operators.between_ranges(Expr, "-|-", self, other)

    @overload
    def strictly_left_of(
        self: Of[Ranges[T]], other: Expr[S2, Ranges[T], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def strictly_left_of(self: Of[Ranges[T]], other: Ranges[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    def strictly_left_of(self, other: object) -> AnyExpr:
        """`<<`: whether this ends before the other begins."""
        return range_operators.between_ranges(Expr, "<<", self, other)

    @overload
    def strictly_right_of(
        self: Of[Ranges[T]], other: Expr[S2, Ranges[T], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def strictly_right_of(self: Of[Ranges[T]], other: Ranges[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    def strictly_right_of(self, other: object) -> AnyExpr:
        """`>>`: whether this begins after the other ends."""
        return range_operators.between_ranges(Expr, ">>", self, other)

    @overload
    def not_extend_right_of(
        self: Of[Ranges[T]], other: Expr[S2, Ranges[T], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def not_extend_right_of(self: Of[Ranges[T]], other: Ranges[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    def not_extend_right_of(self, other: object) -> AnyExpr:
        """`&<`: whether this ends no later than the other."""
        return range_operators.between_ranges(Expr, "&<", self, other)

    @overload
    def not_extend_left_of(
        self: Of[Ranges[T]], other: Expr[S2, Ranges[T], N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def not_extend_left_of(self: Of[Ranges[T]], other: Ranges[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    def not_extend_left_of(self, other: object) -> AnyExpr:
        """`&>`: whether this begins no earlier than the other."""
        return range_operators.between_ranges(Expr, "&>", self, other)

    # Type and nullability

    @overload  # The document null, cast to a number or a boolean, is NULL from PostgreSQL 18 on.
    def cast(self: Of[Undeclared], to: HasSqlType[FracT, Any]) -> Expr[S_co, FracT, None, G_co]: ...
    @overload
    def cast(self, to: HasSqlType[V, N2]) -> Expr[S_co, V, N_co | N2, G_co]: ...
    def cast(self, to: object) -> AnyExpr:
        """`CAST(… AS to)`; what may be NULL still may, and with `t.nullable(…)` it always may."""
        return operators.cast(Expr, self, to)

    def collate(self: Of[str], collation: str) -> Expr[S_co, str, N_co, G_co]:
        """`COLLATE`: the text, compared and sorted by a collation, such as `"C"`."""
        return operators.collated(Expr, self, collation)

    def nullable(self) -> Expr[Opt[S_co], V_co, None, G_co]:
        """This expression as the nullable side of an outer join has it: its value or None."""
        return Expr(self.shape, self.params, self.type)


AnyExpr: TypeAlias = Expr[Any, Any, Any, Any]

Predicate: TypeAlias = Expr[
    In[S] | Opt[In[S]] | In[SOrA] | Opt[In[SOrA]] | In[SOrB] | Opt[In[SOrB]] | In[SOrC] | Opt[In[SOrC]],
    bool,
    None,
    Plain,
]
"""What `where` takes of one table, or of up to four at once, for a list of filters: `list[Predicate[Posts, Users]]`.

It may be NULL, or a constant.
"""
