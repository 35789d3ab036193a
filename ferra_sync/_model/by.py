"""How a field of a filter filters: `by(Posts.title.icontains)`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Never, TypeAlias, TypedDict, Unpack, overload
from uuid import UUID

import attrs

from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.sentinels import UNSET, Unset
from ferra_sync._expression.typevars import OrAny, V
from ferra_sync._model.validators import Validator, when_set
from ferra_sync.errors import SchemaError

OPERATOR = "ferra_sync operator"
"""Where a field's attrs metadata has its `Operator`."""

_Restriction: TypeAlias = Expr[Any, bool, Any, Plain]


@attrs.frozen(eq=False)
class Operator:
    """What a field's value becomes a predicate by; `name` is what the outside calls the field, if not by its own."""

    given: AnyExpr | Callable[[Any], AnyExpr]
    name: str | None

    def with_none(self) -> Callable[[Any], AnyExpr]:
        """Return value → predicate, where None may be the value: of an expression that it is NULL."""
        expr = self.given
        if not isinstance(expr, Expr):
            return expr
        return lambda value: expr.is_null() if value is None else expr == value

    def without_none(self) -> Callable[[Any], AnyExpr]:
        """Return value → predicate, where None is no value."""
        return self.given.__eq__ if isinstance(self.given, Expr) else self.given


class FilterOptions(TypedDict, total=False):
    """The options of a field of a filter.

    Attributes:
        name: what `parse` calls the field, where that is no name of Python's, such as `from`.
        validator: what attrs calls with a value that is set, None too; it raises where the value is not right.
    """

    name: str
    validator: Validator


# Of an operator, which has overloads, mypy infers no type of its value, and takes the first below that fits: by types
# that are written out. pyright takes the operator's own type, by the second.
@overload
def by(given: Expr[Any, V, Any, Plain], /, **options: Unpack[FilterOptions]) -> V | Unset: ...
@overload
def by(  # type: ignore[overload-overlap]  # all the others are of this kind
    given: Callable[[OrAny], _Restriction], /, **options: Unpack[FilterOptions]
) -> OrAny | Unset: ...
@overload
def by(  # type: ignore[overload-cannot-match]  # pyright: ignore[reportOverlappingOverload] - mypy comes here
    given: Callable[[object], _Restriction], /, **options: Unpack[FilterOptions]
) -> Unset: ...
@overload
def by(given: Callable[[str], _Restriction], /, **options: Unpack[FilterOptions]) -> str | Unset: ...
@overload
def by(given: Callable[[Decimal], _Restriction], /, **options: Unpack[FilterOptions]) -> Decimal | Unset: ...
@overload
def by(  # pyright: ignore[reportOverlappingOverload] - int is a float to checkers
    given: Callable[[float], _Restriction], /, **options: Unpack[FilterOptions]
) -> float | Unset: ...
@overload
def by(  # type: ignore[overload-overlap]  # what takes an int takes a bool
    given: Callable[[int], _Restriction], /, **options: Unpack[FilterOptions]
) -> int | Unset: ...
@overload
def by(given: Callable[[bool], _Restriction], /, **options: Unpack[FilterOptions]) -> bool | Unset: ...
@overload
def by(given: Callable[[date], _Restriction], /, **options: Unpack[FilterOptions]) -> datetime | Unset: ...
@overload
def by(given: Callable[[UUID], _Restriction], /, **options: Unpack[FilterOptions]) -> UUID | Unset: ...
@overload
def by(  # type: ignore[overload-overlap]  # what takes any list takes an empty one
    given: Callable[[list[str]], _Restriction], /, **options: Unpack[FilterOptions]
) -> list[str] | Unset: ...
@overload
def by(  # type: ignore[overload-overlap]  # what takes any list takes an empty one
    given: Callable[[list[V]], _Restriction], /, **options: Unpack[FilterOptions]
) -> list[V] | Unset: ...
@overload
def by(given: Callable[[list[Never]], _Restriction], /, **options: Unpack[FilterOptions]) -> list[Never] | Unset: ...
@overload
def by(given: Callable[[Never], _Restriction], /, **options: Unpack[FilterOptions]) -> Any: ...  # noqa: ANN401 - of a type that stands in none of them
def by(given: Any, /, **options: Unpack[FilterOptions]) -> Any:
    """Return a field of a filter, `UNSET` where nothing else is given.

    Args:
        given: an operator that waits for its other side, `Posts.title.icontains`; an expression, for equality, and for
            IS NULL where the value is None; or a function of the value that returns a predicate.
        **options: those of `FilterOptions`.

    Raises:
        SchemaError: it is none of these.
    """
    if not isinstance(given, Expr) and not callable(given):
        raise SchemaError(f"by takes an operator, Posts.title.icontains, or an expression, not {described(given)}")
    unknown = options.keys() - FilterOptions.__annotations__.keys()
    if unknown:
        raise SchemaError(f"a field of a filter has no option {', '.join(sorted(unknown))}")
    operator: Any = given
    name: object = options.get("name")
    if name is not None and not isinstance(name, str):
        raise SchemaError(f"the name of a field of a filter is a text, not {described(name)}")
    validator = None if "validator" not in options else when_set(options["validator"])
    return attrs.field(default=UNSET, validator=validator, metadata={OPERATOR: Operator(operator, name)})
