"""Constraints and indexes over several columns of one table, as `Table.__constraints__` lists them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, Final, Generic, TypeAlias

import attrs

from ferra_sync._expression import identifiers
from ferra_sync._expression.column import Column
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import In, Plain
from ferra_sync._expression.operators import is_predicate
from ferra_sync._expression.order import Order
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import has_aggregate, has_window, leaves, subqueries
from ferra_sync._expression.typevars import S
from ferra_sync._expression.values import Value
from ferra_sync._schema.declaration import IndexMethod, ReferenceAction, check_actions, check_method
from ferra_sync.errors import SchemaError

Columns: TypeAlias = tuple[Column[Any, Any, Any], ...]

_OF_ONE_KEY: Final = frozenset({"hash", "spgist"})


@attrs.frozen(eq=False)
class Unique(Value, Generic[S]):
    """`UNIQUE (columns)`."""

    columns: Columns
    name: str | None = None


@attrs.frozen(eq=False)
class Check(Value, Generic[S]):
    """`CHECK (predicate)`."""

    predicate: AnyExpr
    name: str | None = None


@attrs.frozen(eq=False)
class Index(Value, Generic[S]):
    """`CREATE INDEX … USING … (keys) WHERE …`; a key is the shape of a column, an expression or an order.

    `params` are the values in the keys, in their order; where `using` is None, it is a B-tree.
    """

    keys: tuple[Hashable, ...]
    unique: bool = False
    where: AnyExpr | None = None
    name: str | None = None
    params: tuple[Any, ...] = ()
    using: IndexMethod | None = None
    operator_class: str | None = None


@attrs.frozen(eq=False)
class ForeignKey(Value, Generic[S]):
    """`FOREIGN KEY (columns) REFERENCES …`; `targets` is read when it is first asked for, so that it may come later."""

    columns: Columns
    references: Callable[[], Columns]
    on_delete: ReferenceAction | None = None
    on_update: ReferenceAction | None = None
    name: str | None = None

    @property
    def targets(self) -> Columns:
        """The referenced columns.

        Raises:
            SchemaError: they are no columns, are of several tables, or their number or their types do not fit.
        """
        try:
            targets = self.references()
        except (AttributeError, NameError) as error:
            raise SchemaError(f"{self.columns[0].ref}: what it references cannot be found: {error}") from error
        if not isinstance(targets, tuple) or not all(isinstance(target, Column) for target in targets):
            raise SchemaError(f"{self.columns[0].ref}: a foreign key references columns")
        if len({target.ref.table for target in targets}) != 1 or len(targets) != len(self.columns):
            raise SchemaError(f"{self.columns[0].ref}: a foreign key references as many columns of one table")
        if targets[0].ref.table.is_derived and not self.columns[0].ref.table.is_derived:
            raise SchemaError(f"{self.columns[0].ref} references {targets[0].ref}, which a query makes: name a table's")
        for column, target in zip(self.columns, targets, strict=True):
            if not column.type.is_comparable_to(target.type):
                raise SchemaError(f"{column.ref} is {column.type}; {target.ref} is {target.type}")
        return targets


def refs_of(constraint: Unique[Any] | Check[Any] | Index[Any] | ForeignKey[Any]) -> Iterator[ColumnRef]:
    """Yield the columns of its own table that a constraint names."""
    match constraint:
        case Unique() | ForeignKey():
            shapes: tuple[Hashable, ...] = tuple(column.shape for column in constraint.columns)
        case Check():
            shapes = (constraint.predicate.shape,)
        case Index():
            shapes = (*constraint.keys, None if constraint.where is None else constraint.where.shape)
    yield from (leaf for leaf in leaves(*shapes) if isinstance(leaf, ColumnRef))


Constraint: TypeAlias = Unique[S] | Check[S] | Index[S] | ForeignKey[S]


def unique(*columns: Column[In[S], Any, Any], name: str | None = None) -> Unique[S]:
    """Declare that no two rows have the same values in these columns together."""
    return Unique(_several(columns, "unique"), _checked(name))


def check(predicate: Expr[In[S], bool, None, Plain], *, name: str | None = None) -> Check[S]:
    """Declare that `predicate` is never false."""
    if not is_predicate(predicate):
        raise SchemaError("check takes a predicate")
    _check_plain((predicate.shape,), "a check")
    return Check(predicate, _checked(name))


def index(
    *keys: Expr[In[S], Any, Any, Plain] | Order[In[S], Plain],
    unique: bool = False,
    where: Expr[In[S], bool, None, Plain] | None = None,
    name: str | None = None,
    using: IndexMethod | None = None,
    operator_class: str | None = None,
) -> Index[S]:
    """Declare an index over columns, expressions or orders.

    Args:
        keys: what is sorted or looked up.
        unique: whether no two rows have the same keys.
        where: over the rows alone where this holds.
        name: its name; None: the server chooses one.
        using: `"gin"` for documents, arrays, full text and trigrams, `"gist"` for ranges, `"brin"` for what is stored
            in its order, `"hash"`, `"spgist"`; None: a B-tree.
        operator_class: that of each key, such as `"gin_trgm_ops"`, with which LIKE finds what is inside a text.

    Raises:
        SchemaError: PostgreSQL has no such index.
    """
    if not keys:
        raise SchemaError("an index needs a column")
    if not all(isinstance(key, (Expr, Order)) for key in keys):
        raise SchemaError("index takes columns, expressions and orders")
    if where is not None and not is_predicate(where):
        raise SchemaError("an index's where takes a predicate")
    _check_plain((*(key.shape for key in keys), None if where is None else where.shape), "an index")
    if using is not None:
        _check_method(using, keys, unique=unique)
    if operator_class is not None:
        identifiers.checked(operator_class, "an operator class")
    params = tuple(value for key in keys for value in key.params)
    return Index(tuple(key.shape for key in keys), unique, where, _checked(name), params, using, operator_class)


def _check_method(
    using: IndexMethod, keys: tuple[Expr[Any, Any, Any, Any] | Order[Any, Any], ...], *, unique: bool
) -> None:
    check_method(using)
    if unique:
        raise SchemaError(f"an index using {using} is not unique: leave out using")
    if any(isinstance(key, Order) for key in keys):
        raise SchemaError(f"an index using {using} has no order: leave out asc() and desc()")
    if using in _OF_ONE_KEY and len(keys) > 1:
        raise SchemaError(f"an index using {using} is over one key")


def foreign_key(
    *columns: Column[In[S], Any, Any],
    references: Column[Any, Any, Any] | Columns | Callable[[], Columns],
    on_delete: ReferenceAction | None = None,
    on_update: ReferenceAction | None = None,
    name: str | None = None,
) -> ForeignKey[S]:
    """Declare that these columns together are a key of another table."""
    check_actions(on_delete, on_update)
    return ForeignKey(_several(columns, "foreign_key"), _deferred(references), on_delete, on_update, _checked(name))


def _deferred(
    references: Column[Any, Any, Any] | Columns | Callable[[], Columns],
) -> Callable[[], Columns]:
    if isinstance(references, Column):
        return lambda: (references,)
    if isinstance(references, tuple):
        return lambda: references
    if isinstance(references, type) or not callable(references):
        raise SchemaError(
            f"references takes columns, or a lambda that returns a tuple of them, not {described(references)}"
        )
    return references


def _check_plain(shapes: tuple[Hashable, ...], what: str) -> None:
    if has_aggregate(*shapes):
        raise SchemaError(f"an aggregate cannot stand in {what}")
    if any(subqueries(*shapes)):
        raise SchemaError(f"a query cannot stand in {what}")
    if has_window(*shapes):
        raise SchemaError(f"a function over a window cannot stand in {what}")


def _several(columns: Columns, what: str) -> Columns:
    if not columns or not all(isinstance(column, Column) for column in columns):
        raise SchemaError(f"{what} takes columns")
    return columns


def _checked(name: str | None) -> str | None:
    return None if name is None else identifiers.checked(name, "a constraint's name")
