"""Rows that belong to others, put together in memory: `grouped_by(parents, children)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeVar

from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.model import FerraModel, ModelMeta
from ferra_sync._query.checks import named
from ferra_sync._query.keys import fields_of_key, key_between, meta_of_all
from ferra_sync._schema.constraints import ForeignKey
from ferra_sync.errors import QueryError

RowT = TypeVar("RowT", bound="FerraModel[Any] | tuple[Any, ...]")


class _Link(NamedTuple):
    """Which of a child's models references its parent; `place` is where a tuple has it, None: the child is it."""

    meta: ModelMeta
    place: int | None


def grouped_by(
    parents: Sequence[FerraModel[Any]], children: Iterable[RowT], *, by: Expr[Any, Any, Any, Plain] | None = None
) -> list[list[RowT]]:
    """Return the children of each parent: a list for each, in the order of the parents, of its children in theirs.

    A child is a model whose foreign key leads to the parents, or a tuple with such a model in it, as a query of a
    many-to-many table has them: `select(PostTag, Tag)`.

    Args:
        parents: rows of one class.
        children: rows of one class, or tuples that are alike.
        by: a column of the foreign key, where several lead to the parents.

    Raises:
        QueryError: no foreign key leads to the parents, or several do; a class lacks a column of it; or a child
            belongs to none of the parents.
    """
    rows = list(children)
    _check_parents(parents)
    if not rows:
        return [[] for _ in parents]
    if not parents:
        raise _orphan(rows, 0)
    parent = meta_of_all(parents, "the parents")
    link, key = _linked(rows, parent, by)
    key_of = _keys(key, fields_of_key(parent, key.targets))
    belongs_to = _keys(key, fields_of_key(link.meta, key.columns))
    groups: dict[Any, list[RowT]] = {key_of(each): [] for each in parents}
    for number, model in enumerate(_models(rows, link)):
        group = groups.get(belongs_to(model))
        if group is None:
            raise _orphan(rows, number)
        group.append(rows[number])
    return [list(groups[key_of(each)]) for each in parents]


def _check_parents(parents: object) -> None:
    if not isinstance(parents, Sequence) or not all(isinstance(each, FerraModel) for each in parents):
        wrong = (
            parents
            if not isinstance(parents, (list, tuple))
            else next(each for each in parents if not isinstance(each, FerraModel))
        )
        raise QueryError(f"grouped_by takes a sequence of parents, each a FerraModel, not {named(wrong)}")


def _linked(rows: Sequence[Any], parent: ModelMeta, by: object) -> tuple[_Link, ForeignKey[Any]]:
    """Return which model of a child references its parent, and by which foreign key."""
    links = list(_links(rows[0]))
    if not links:
        raise QueryError(f"grouped_by takes children that are models, or tuples with one, not {named(rows[0])}")
    key = key_between([link.meta.table for link in links], parent.table, by)
    link = next(link for link in links if link.meta.table.ref is key.columns[0].ref.table)
    return link, key


def _links(row: object) -> Iterator[_Link]:
    if isinstance(row, FerraModel):
        yield _Link(ModelMeta.of(type(row)), None)
    elif isinstance(row, tuple):
        for place, each in enumerate(row):
            if isinstance(each, FerraModel):
                yield _Link(ModelMeta.of(type(each)), place)


def _models(rows: Sequence[Any], link: _Link) -> Iterator[Any]:
    """Yield of each child the model that references its parent; QueryError where there is none."""
    take: Callable[[Any], Any] = (lambda row: row) if link.place is None else itemgetter(link.place)
    for number, row in enumerate(rows):
        model = take(row) if link.place is None or (isinstance(row, tuple) and len(row) > link.place) else None
        if model is None:
            raise _orphan(rows, number)
        if type(model) is not link.meta.model:
            raise QueryError(f"the children are of several classes: child {number} has no {link.meta.model.__name__}")
        yield model


def _keys(key: ForeignKey[Any], fields: Sequence[str]) -> Callable[[Any], Any]:
    """Return what takes the values of a foreign key from a model; citext is the same in upper and lower case."""
    get: Callable[[Any], Any] = attrgetter(*fields)
    folded = [column.type.kind is FieldType.CITEXT for column in key.targets]
    if not any(folded):
        return get

    def get_folded(model: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a model
        values = [getattr(model, field) for field in fields]
        pairs = zip(values, folded, strict=True)
        return tuple([value.lower() if fold and isinstance(value, str) else value for value, fold in pairs])

    return get_folded


def _orphan(rows: Sequence[object], number: int) -> QueryError:
    row = rows[number]
    what = " beside ".join(type(each).__name__ for each in row) if isinstance(row, tuple) else type(row).__name__
    return QueryError(f"child {number}, a {what}, belongs to none of the parents")
