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
    full_text_operators,
    operators,
    range_operators,
    shapes,
    trigram_operators,
)
from ferra_sync._expression.arithmetic import Exact, FracT, Joined, Moment, Real, Sets, Span, SpanT
from ferra_sync._expression.full_text import TsQuery, TsVector
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.markers import In, Opt, Plain
from ferra_sync._expression.matching import Matching
from ferra_sync._expression.ranges import Ranges
from ferra_sync._expression.rows import Rows
from ferra_sync._expression.selectable import Takes, Typed
from ferra_sync._expression.sqltypes import BOOLEAN, TSQUERY, HasSqlType, SqlType, Undeclared
from ferra_sync._expression.typevars import G2, G3, N2, N3, S2, S3, G_co, Ga, N_co, Na, S, S_co, Sa, T, V, V_co, W

# Of what type self may be: in `Exactly` of no subclass of it, for a datetime is a date.
Of: TypeAlias = "Expr[Any, V, Any, Any]"
Exactly: TypeAlias = "Typed[Any, V, Any, Any, Any]"
Constant: TypeAlias = "V | Expr[Never, V, Never, Never]"
Right: TypeAlias = "V | Expr[Sa, V, Na, Ga]"
Number: TypeAlias = "V | int | Expr[Sa, V | int, Na, Ga]"
Ranged: TypeAlias = "Expr[Any, Ranges[T], Any, Any]"
Spans: TypeAlias = "Ranges[T] | Expr[Sa, Ranges[T], Na, Ga]"


class Expr(Matching[S_co, V_co, N_co, G_co, "Expr[S_co, bool, N_co, G_co]"], Generic[S_co, V_co, N_co, G_co]):
    """An SQL expression: a frozen value that does no I/O."""

    __slots__ = ()
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
    def is_distinct_from(self: Takes[W], other: W | None) -> Expr[S_co, bool, Never, G_co]: ...
    def is_distinct_from(self, other: object) -> AnyExpr:
        """`IS DISTINCT FROM`: `<>` that takes NULL for a value like any other."""
        return operators.distinction(Expr, "is distinct from", self, other)

    @overload
    def is_not_distinct_from(
        self: Takes[W], other: Expr[S2, W, Any, G2]
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
        self: Takes[W], low: Expr[S2, W, N2, G2], high: Expr[S3, W, N3, G3]
    ) -> Expr[S_co | S2 | S3, bool, N_co | N2 | N3, G_co | G2 | G3]: ...
    @overload
    def between(self: Takes[W], low: Expr[S2, W, N2, G2], high: W) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def between(self: Takes[W], low: W, high: Expr[S2, W, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
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
    def __and__(self, other: object) -> AnyExpr:
        if self.type is TSQUERY:
            return full_text_operators.combined(Expr, "&&", self, other)
        return operators.connective(Expr, shapes.AND, self, other)

    @overload
    def __or__(self: Of[bool], other: Expr[S2, bool, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]: ...
    @overload
    def __or__(self: Of[TsQuery], other: Expr[S2, V_co, N2, G2]) -> Expr[S_co | S2, V_co, N_co | N2, G_co | G2]: ...
    def __or__(self, other: object) -> AnyExpr:
        if self.type is TSQUERY:
            return full_text_operators.combined(Expr, "||", self, other)
        return operators.connective(Expr, shapes.OR, self, other)

    def __invert__(self: Of[bool | TsQuery]) -> Expr[S_co, V_co, N_co, G_co]:
        if self.type is TSQUERY:
            return full_text_operators.negated(Expr, self)
        operators.require_boolean(self, "~")
        return Expr(shapes.operation("not", self.shape), self.params, BOOLEAN)

    # Arithmetic: for each pair of types that PostgreSQL has an operator for, with a value and with an expression.

    @overload
    def __add__(self: Of[Real], other: Number[V_co, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __add__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __add__(self: Of[int], other: float) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def __add__(self: Of[int], other: Expr[S2, FracT, N2, G2]) -> Expr[S_co | S2, FracT, N_co | N2, G_co | G2]: ...
    @overload
    def __add__(self: Of[Joined], other: Right[V_co, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __add__(self: Of[Span], other: Right[Span, Sa, Na, Ga]) -> Expr[S_co | Sa, Interval, N_co | Na, G_co | Ga]: ...
    @overload
    def __add__(self: Of[Moment], other: Right[Span, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __add__(
        self: Exactly[date], other: Right[Span | time, Sa, Na, Ga]
    ) -> Expr[S_co | Sa, datetime, N_co | Na, G_co | Ga]: ...
    @overload
    def __add__(self: Exactly[date], other: Right[int, Sa, Na, Ga]) -> Expr[S_co | Sa, date, N_co | Na, G_co | Ga]: ...
    def __add__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "+", self, other)

    @overload
    def __sub__(self: Of[Real], other: Number[V_co, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __sub__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[int], other: float) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def __sub__(self: Of[int], other: Expr[S2, FracT, N2, G2]) -> Expr[S_co | S2, FracT, N_co | N2, G_co | G2]: ...
    @overload
    def __sub__(
        self: Of[Span | Sets], other: Right[V_co, Sa, Na, Ga]
    ) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __sub__(self: Of[Span], other: Right[Span, Sa, Na, Ga]) -> Expr[S_co | Sa, Interval, N_co | Na, G_co | Ga]: ...
    @overload
    def __sub__(self: Of[Moment], other: Right[Span, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __sub__(self: Of[time], other: Right[time, Sa, Na, Ga]) -> Expr[S_co | Sa, timedelta, N_co | Na, G_co | Ga]: ...
    @overload
    def __sub__(
        self: Of[datetime], other: Right[date, Sa, Na, Ga]
    ) -> Expr[S_co | Sa, timedelta, N_co | Na, G_co | Ga]: ...
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
    def __sub__(
        self: Exactly[date], other: Right[Span, Sa, Na, Ga]
    ) -> Expr[S_co | Sa, datetime, N_co | Na, G_co | Ga]: ...
    @overload
    def __sub__(self: Exactly[date], other: Right[int, Sa, Na, Ga]) -> Expr[S_co | Sa, date, N_co | Na, G_co | Ga]: ...
    def __sub__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "-", self, other)

    @overload
    def __mul__(self: Of[Real], other: Number[V_co, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __mul__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[int], other: float) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[int], other: Expr[S2, FracT, N2, G2]) -> Expr[S_co | S2, FracT, N_co | N2, G_co | G2]: ...
    @overload
    def __mul__(self: Of[Span], other: Right[Real, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __mul__(self: Of[Real], other: timedelta) -> Expr[S_co, timedelta, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[Real], other: Interval) -> Expr[S_co, Interval, N_co, G_co]: ...
    @overload
    def __mul__(self: Of[Real], other: Expr[S2, SpanT, N2, G2]) -> Expr[S_co | S2, SpanT, N_co | N2, G_co | G2]: ...
    @overload
    def __mul__(self: Of[Sets], other: Right[V_co, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    def __mul__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "*", self, other)

    __rmul__ = __mul__  # Factors commute.

    @overload
    def __truediv__(self: Of[Real], other: Number[V_co, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __truediv__(self: Of[int], other: Decimal) -> Expr[S_co, Decimal, N_co, G_co]: ...
    @overload
    def __truediv__(self: Of[int], other: float) -> Expr[S_co, float, N_co, G_co]: ...
    @overload
    def __truediv__(self: Of[int], other: Expr[S2, FracT, N2, G2]) -> Expr[S_co | S2, FracT, N_co | N2, G_co | G2]: ...
    @overload
    def __truediv__(self: Of[Span], other: Right[Real, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    def __truediv__(self, other: object) -> AnyExpr:
        """`/` as PostgreSQL means it: whole numbers divide to a whole number."""
        return arithmetic.arithmetic(Expr, "/", self, other)

    @overload
    def __mod__(self: Of[Exact], other: Number[V_co, Sa, Na, Ga]) -> Expr[S_co | Sa, V_co, N_co | Na, G_co | Ga]: ...
    @overload
    def __mod__(self: Of[int], other: Right[Decimal, Sa, Na, Ga]) -> Expr[S_co | Sa, Decimal, N_co | Na, G_co | Ga]: ...
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

    # Texts and ranges

    @overload
    def contains(self: Of[str], part: str) -> Expr[S_co, bool, N_co, G_co]: ...
    @overload
    def contains(
        self: Ranged[Decimal], part: Right[int, Sa, Na, Ga]
    ) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]: ...
    @overload
    def contains(
        self: Ranged[T], part: Right[T | Ranges[T], Sa, Na, Ga]
    ) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]: ...
    def contains(self, part: object) -> AnyExpr:
        """Whether `part` occurs, letter for letter: nothing in it is wild. Of ranges `@>`: whether it is in them."""
        if range_operators.is_ranges(self):
            return range_operators.containment(Expr, self, part)
        return operators.matching(Expr, "like", self, f"%{operators.escaped(part)}%")

    def matches(self: Of[TsVector], query: Expr[S2, TsQuery, N2, G2]) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]:
        """`@@`: whether a document answers a query, such as `fn.websearch_to_tsquery("english", text)`."""
        return full_text_operators.search(Expr, self, query)

    def is_similar(self: Of[str], other: Right[str, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]:
        """`%` of `pg_trgm`: whether `fn.similarity(…)` is above `pg_trgm.similarity_threshold`, 0.3 by default."""
        return trigram_operators.similar(Expr, self, other)

    def distance(self: Of[str], other: Right[str, Sa, Na, Ga]) -> Expr[S_co | Sa, float, N_co | Na, G_co | Ga]:
        """`<->` of `pg_trgm`: one minus `fn.similarity(…)`."""
        return trigram_operators.distance(Expr, self, other)

    @overload
    def contained_by(self: Ranged[T], other: Spans[T, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]: ...
    @overload
    def contained_by(self: Of[V], other: Spans[V, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]: ...
    def contained_by(self, other: object) -> AnyExpr:
        """`<@`: whether this range, or this one value, is in `other`."""
        return range_operators.contained(Expr, self, other)

    def overlaps(self: Ranged[T], other: Spans[T, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]:
        """`&&`: whether both have something in common."""
        return range_operators.between_ranges(Expr, "&&", self, other)

    def adjacent_to(self: Ranged[T], other: Spans[T, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]:
        """`-|-`: whether one begins where the other ends, with nothing between them or in common."""
        return range_operators.between_ranges(Expr, "-|-", self, other)

    def strictly_left_of(self: Ranged[T], other: Spans[T, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]:
        """`<<`: whether this ends before the other begins."""
        return range_operators.between_ranges(Expr, "<<", self, other)

    def strictly_right_of(self: Ranged[T], other: Spans[T, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]:
        """`>>`: whether this begins after the other ends."""
        return range_operators.between_ranges(Expr, ">>", self, other)

    def not_extend_right_of(self: Ranged[T], that: Spans[T, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]:
        """`&<`: whether this ends no later than the other."""
        return range_operators.between_ranges(Expr, "&<", self, that)

    def not_extend_left_of(self: Ranged[T], that: Spans[T, Sa, Na, Ga]) -> Expr[S_co | Sa, bool, N_co | Na, G_co | Ga]:
        """`&>`: whether this begins no earlier than the other."""
        return range_operators.between_ranges(Expr, "&>", self, that)

    # Type and nullability

    @overload  # The document null, cast to a number or a boolean, is NULL from PostgreSQL 18 on.
    def cast(self: Of[Undeclared], to: HasSqlType[FracT, Any]) -> Expr[S_co, FracT, None, G_co]: ...
    @overload
    def cast(self, to: HasSqlType[V, N2]) -> Expr[S_co, V, N_co | N2, G_co]: ...
    def cast(self, to: object) -> AnyExpr:
        """`CAST(… AS to)`; what may be NULL still may, and with `t.nullable(…)` it always may."""
        return operators.cast(Expr, self, to)

    def nullable(self) -> Expr[Opt[S_co], V_co, None, G_co]:
        """This expression as the nullable side of an outer join has it: its value or None."""
        return Expr(self.shape, self.params, self.type)


AnyExpr: TypeAlias = Expr[Any, Any, Any, Any]

Predicate: TypeAlias = Expr[In[S] | Opt[In[S]], bool, None, Plain]
"""What `where` takes of one table, for a list of filters: `list[Predicate[Posts]]`. It may be NULL, or a constant."""
