"""What all queries share: a shape, the values beside it, and the SQL that they become."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, NamedTuple, TypeAlias

from ferra_sync._compiler.compiler import compiled
from ferra_sync._compiler.shapes import RowsShape, WriteShape
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.shapes import Items, TableRef
from ferra_sync._expression.typevars import R_co
from ferra_sync._expression.values import Value
from ferra_sync._model.model import FerraModel, ModelMeta
from ferra_sync._query.checks import named
from ferra_sync.errors import QueryError

Parts: TypeAlias = tuple[RowsShape | WriteShape, tuple[Any, ...]]
"""A query's shape and its values, $1 first."""


class Rendered(NamedTuple):
    """A query as the server gets it: the text with `$1 … $n`, and the values for these."""

    text: str
    params: tuple[Any, ...]

    def __repr__(self) -> str:
        return f"Rendered(text={self.text!r}, params=<{len(self.params)}>)"


class Query(Value, ABC):
    """An immutable value that does no I/O."""

    __slots__ = ()

    @abstractmethod
    def parts(self) -> Parts:
        """Return the shape, and the values beside it.

        Raises:
            QueryError: the query is not complete.
        """

    @property
    @abstractmethod
    def target(self) -> TableRef | None:
        """The table that the query is about; None where it is about none."""

    @property
    def key(self) -> object:
        """The key that `find` was given; None where the rows are not looked for by key."""
        return None

    def sql(self) -> Rendered:
        """Return the text and the parameters, as they would be sent.

        Raises:
            QueryError: the query cannot mean anything.
        """
        try:
            shape, params = self.parts()
            return Rendered(compiled(shape).sql, params)
        except RecursionError:
            raise too_deep() from None

    def __repr__(self) -> str:
        target = self.target
        return f"<{type(self).__name__}>" if target is None else f"<{type(self).__name__} on {target}>"


class RowQuery(Query, Generic[R_co]):
    """A query whose rows are `R_co`."""

    __slots__ = ()

    @property
    @abstractmethod
    def items(self) -> Items:
        """What a row is made of."""

    @property
    def selections(self) -> tuple[Items, ...]:
        """The items of each SELECT whose rows it has; the first one's are its own."""
        return (self.items,)

    def first(self) -> RowQuery[R_co]:
        """Return the query for its first row alone."""
        return self


def too_deep() -> QueryError:
    """Return the error for an expression that Python's own stack cannot walk."""
    return QueryError("the expression is nested too deeply")


def item_of(selected: Any) -> AnyExpr:  # noqa: ANN401 - a model class or an expression
    """Return a model class or an expression as a select list has it.

    Raises:
        QueryError: it is neither.
    """
    if isinstance(selected, Expr):
        return selected
    if isinstance(selected, type) and issubclass(selected, FerraModel):
        return ModelMeta.of(selected).row
    raise QueryError(f"{named(selected)} cannot be selected: a column, an expression or a FerraModel can")
