"""The rows after a position of an order: what keyset pages and batches ask for.

Where the keys run in one direction and none is NULL it is a comparison of rows, `(a, b) > ($1, $2)`, which an index of
these columns answers from there on. Else the keys are cut into such runs, and a row is after the position where it is
after it in the first run, or equal there and after it in the next:

    (a >= $1) AND ((a > $1) OR (a = $1 AND b < $2))

The bound in front is implied by what follows it; it is there for the index to begin at. NULLs have no place in such a
bound, so where the first key may be NULL its NULLs are asked for by themselves, before the values or after them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from operator import and_, or_
from typing import Any, Final, TypeAlias

import attrs

from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.shapes import ASC, binary, row
from ferra_sync._expression.sqltypes import BOOLEAN, FieldType, SqlType
from ferra_sync._query.keys import NOTHING
from ferra_sync._query.unique_order import Key

Values: TypeAlias = Sequence[str | None]
"""Of each key its value as PostgreSQL spells it; None is NULL."""

_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.VARCHAR, FieldType.CHAR, FieldType.CITEXT})


def rows_after(keys: Sequence[Key], values: Values, *, inclusive: bool = False) -> list[AnyExpr]:
    """Return the predicates of the rows after a position: first those of the first one, then those of the next.

    Args:
        keys: what the rows are sorted by.
        values: the position.
        inclusive: whether the row at the position itself is among them.
    """
    first, *others = keys
    if not first.nullable:
        return [_bounded(keys, values, inclusive=inclusive)]
    is_null = first.expr.is_null()
    if values[0] is not None:
        certain = [attrs.evolve(first, nullable=False), *others]
        bounded = _bounded(certain, values, inclusive=inclusive)
        return [bounded, is_null] if first.nulls_last else [bounded]
    nulls = [_joined(and_, is_null, _after(_runs(others), values[1:], inclusive=inclusive))] if others else []
    if not others and inclusive:
        nulls = [is_null]
    return nulls if first.nulls_last else [*nulls, first.expr.is_not_null()]


def rows_up_to(keys: Sequence[Key], values: Values) -> AnyExpr:
    """Return the predicate of the rows up to a position, the row there included."""
    return reduce(or_, rows_after([key.reversed() for key in keys], values, inclusive=True))


def _bounded(keys: Sequence[Key], values: Values, *, inclusive: bool) -> AnyExpr:
    """Return the predicate of what is after a position whose first key is never NULL."""
    runs = _runs(keys)
    found = _after(runs, values, inclusive=inclusive)
    if found is None:
        return NOTHING
    return found if len(runs) == 1 else _compared(runs[0], values, f"{_sign(runs[0][0])}=") & found


def _runs(keys: Sequence[Key]) -> list[list[Key]]:
    """Cut keys into runs that are compared as one: of one direction, and never NULL; else each on its own."""
    runs: list[list[Key]] = []
    for key in keys:
        before = runs[-1][-1] if runs else None
        if before is not None and not (before.nullable or key.nullable) and before.direction == key.direction:
            runs[-1].append(key)
        else:
            runs.append([key])
    return runs


def _after(runs: Sequence[list[Key]], values: Values, *, inclusive: bool) -> AnyExpr | None:
    """Return the predicate of what is after a position; None where nothing can be."""
    run, *others = runs
    later = values[len(run) :]
    if not others and inclusive:
        if not run[0].nullable:
            return _compared(run, values, f"{_sign(run[0])}=")
        return _either(_beyond(run, values), _equal(run, values))
    rest = _after(others, later, inclusive=inclusive) if others else None
    return _either(_beyond(run, values), None if rest is None else _equal(run, values) & rest)


def _beyond(run: Sequence[Key], values: Values) -> AnyExpr | None:
    """Return the predicate of what is after a position in one run."""
    first = run[0]
    if not first.nullable:
        return _compared(run, values, _sign(first))
    if values[0] is None:
        return None if first.nulls_last else first.expr.is_not_null()
    greater = _compared(run, values, _sign(first))
    return greater | first.expr.is_null() if first.nulls_last else greater


def _equal(run: Sequence[Key], values: Values) -> AnyExpr:
    return run[0].expr.is_null() if values[0] is None else _compared(run, values, "=")


def _sign(key: Key) -> str:
    return ">" if key.direction == ASC else "<"


def _compared(run: Sequence[Key], values: Values, operator: str) -> AnyExpr:
    """Return `(a, b) > ($1, $2)`, of one key `a > $1`."""
    params = (*[value for key in run for value in key.expr.params], *values[: len(run)])
    shapes, types = [key.expr.shape for key in run], [spelled_as(key.expr.type) for key in run]
    left, right = (shapes[0], types[0]) if len(run) == 1 else (row(*shapes), row(*types))
    return Expr(binary(operator, left, right), params, BOOLEAN)


def _either(one: AnyExpr | None, other: AnyExpr | None) -> AnyExpr | None:
    return _joined(or_, one, other) if one is not None and other is not None else one if other is None else other


def _joined(how: Callable[[Any, Any], AnyExpr], one: AnyExpr, other: AnyExpr | None) -> AnyExpr:
    return how(one, NOTHING if other is None else other)


@lru_cache(maxsize=1024)
def spelled_as(sql_type: SqlType[Any]) -> SqlType[str]:
    """Return the type of a parameter that is given as PostgreSQL spells a value of `sql_type`."""
    own = sql_type.parameter
    if own.kind in _TEXTS:
        return own
    return SqlType(kind=FieldType.TEXT, ddl=own.cast, cast=own.cast, classes=(str,))
