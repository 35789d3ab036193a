"""What ON CONFLICT names: something that the table declares to be unique."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, NamedTuple

from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.operators import is_predicate
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import ASC, DESC, leaves
from ferra_sync._query.checks import named, spelled
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError


class ConflictTarget(NamedTuple):
    """The keys of a unique index and its own WHERE, or the name of a constraint; without any, whatever is met."""

    keys: tuple[Hashable, ...] = ()
    predicate: Hashable = None
    constraint: str | None = None
    columns: frozenset[ColumnRef] = frozenset()
    """The columns that it is over."""

    @property
    def is_named(self) -> bool:
        """Whether it says what is met."""
        return bool(self.keys) or self.constraint is not None


class _Unique(NamedTuple):
    """What a table declares to be unique; `name` is a constraint's, and None for an index."""

    keys: tuple[Hashable, ...]
    name: str | None = None
    where: AnyExpr | None = None
    params: tuple[Any, ...] = ()

    def __str__(self) -> str:
        keys = ", ".join(spelled(key) if isinstance(key, ColumnRef) else "an expression" for key in self.keys)
        return f"({keys}) where …" if self.where is not None else f"({keys})"

    @property
    def has_values(self) -> bool:
        return bool(self.params) or (self.where is not None and bool(self.where.params))


def conflict_target(
    table: TableMeta, keys: tuple[Any, ...], constraint: str | None, where: AnyExpr | None
) -> ConflictTarget:
    """Return what is met.

    Raises:
        QueryError: the table declares nothing unique over these keys, or of that name.
    """
    if constraint is not None:
        if keys or where is not None:
            raise QueryError("on_conflict takes what a constraint is over, or its name: not both")
        return _constraint(table, constraint)
    if where is not None and not is_predicate(where):
        raise QueryError(f"on_conflict's where takes a predicate, not {named(where)}")
    if not keys:
        if where is not None:
            raise QueryError("on_conflict's where belongs to the keys of an index: name them")
        return ConflictTarget()
    for key in keys:
        if not isinstance(key, Expr):
            raise QueryError(f"on_conflict takes columns and expressions of {table.name}, not {named(key)}")
    return _covering(table, keys, where)


def _constraint(table: TableMeta, name: object) -> ConflictTarget:
    known = {each.name: each for each in _uniques(table) if each.name is not None}
    if not isinstance(name, str) or name not in known:
        raise QueryError(f"{table.name} declares no unique constraint {name!r}: {_listed(known)}")
    return ConflictTarget(constraint=name, columns=_columns(known[name].keys))


def _covering(table: TableMeta, keys: tuple[AnyExpr, ...], where: AnyExpr | None) -> ConflictTarget:
    wanted = {key.shape for key in keys}
    given = sorted(map(repr, (value for key in keys for value in key.params)))
    over = [each for each in _uniques(table) if set(each.keys) == wanted and sorted(map(repr, each.params)) == given]
    fitting = [each for each in over if _is_of(each, where)]
    if not fitting:
        problem = "over these" if not over else "over these with that where"
        everything = list(map(str, _uniques(table)))
        raise QueryError(f"on_conflict: {table.name} declares nothing unique {problem}: {_listed(everything)}")
    if all(each.has_values for each in fitting):
        raise QueryError(
            "on_conflict: the index holds values, which a statement sends apart from its text, so that the server "
            "cannot know it again: declare it over columns and functions of these alone"
        )
    shapes = tuple(key.shape for key in keys)
    return ConflictTarget(shapes, None if where is None else where.shape, columns=_columns(shapes))


def _columns(keys: Iterable[Hashable]) -> frozenset[ColumnRef]:
    return frozenset(leaf for leaf in leaves(*keys) if isinstance(leaf, ColumnRef))


def _is_of(unique: _Unique, where: AnyExpr | None) -> bool:
    if unique.where is None or where is None:
        return unique.where is where
    return unique.where.shape == where.shape and unique.where.params == where.params


def _uniques(table: TableMeta) -> Iterator[_Unique]:
    if table.primary_key:
        keys = tuple(column.ref for column in table.primary_key)
        yield _Unique(keys, f"{table.name}_pkey")
    for unique in table.uniques:
        names = "_".join(column.name for column in unique.columns)
        yield _Unique(tuple(column.ref for column in unique.columns), unique.name or f"{table.name}_{names}_key")
    for index in table.indexes:
        if index.unique:
            yield _Unique(tuple(map(_unsorted, index.keys)), None, index.where, index.params)


def _unsorted(key: Hashable) -> Hashable:
    match key:
        case (str() as form, operand, _) if form in {ASC, DESC}:
            return operand
        case _:
            return key


def _listed(known: Iterable[str]) -> str:
    names = ", ".join(known)
    return f"there are {names}" if names else "there is none"
