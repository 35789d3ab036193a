"""What all queries share: a shape, the values beside it, and the SQL that they become."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol

from ferra_sync._compiler.compiler import compiled
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.shapes import Items
from ferra_sync._expression.typevars import R_co
from ferra_sync._model.model import FerraModel, ModelMeta
from ferra_sync._model.names import column_names
from ferra_sync._query.checks import named
from ferra_sync._query.shown import Parts, Shown, too_deep
from ferra_sync.errors import QueryError

if TYPE_CHECKING:
    from ferra_sync._query.plan import Plan


class Rendered(NamedTuple):
    """A query as the server gets it: the text with `$1 … $n`, and the values for these."""

    text: str
    params: tuple[Any, ...]

    def __repr__(self) -> str:
        return f"Rendered(text={self.text!r}, params=<{len(self.params)}>)"


class Versioned(NamedTuple):
    """A row that is written only while it has this version.

    Attributes:
        version: what an UPDATE has counted so far.
        stored: the shape and the values of the query for the version that the row has.
    """

    version: int
    stored: Parts


class Explaining(Protocol):
    """Where a query can be explained: a `Database` or a `Transaction`."""

    def _explain(self, query: Query, *, analyze: bool, buffers: bool) -> Plan: ...


class Query(Shown, ABC):
    """An immutable value that does no I/O; its repr is its SQL, without values."""

    __slots__ = ()

    @abstractmethod
    def parts(self) -> Parts: ...

    @property
    def key(self) -> object:
        """The key that `find` was given; None where the rows are not looked for by key."""
        return None

    def versioned(self) -> Versioned | None:
        """Return of which version the row must be that is written; None where the query does not say."""
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

    def explain(self, db: Explaining, *, analyze: bool = False, buffers: bool = False) -> Plan:
        """Return how PostgreSQL runs the query with its values.

        Args:
            db: the database, or a transaction.
            analyze: run it, and say how long each step took. What it changes is undone in the end, but for what no
                transaction undoes: numbers that sequences gave, and what triggers did elsewhere.
            buffers: say what it met of the server's memory; without `analyze` only the planning does.

        Raises:
            QueryError: the query cannot mean anything, or `db` is no database.
            Db: the server says no.
        """
        if not hasattr(db, "_explain"):
            raise QueryError(f"explain takes a Database or a Transaction, not {described(db)}")
        return db._explain(self, analyze=analyze, buffers=buffers)


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

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns of a row are called, in order.

        A column is its attribute's name on its table, and a model each of its fields as `to_dict` names them; a
        function is its own name, with a window, a filter or a cast too; what else there is is `column2` by its place.
        Two may be called the same, and those of a set operation are its first query's.
        """
        return column_names(self.items)

    def first(self) -> RowQuery[R_co]:
        """Return the query for its first row alone."""
        return self


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
