"""Filters: attrs classes whose fields, where they are set, keep the rows of a table for which a predicate holds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Generic, Literal, Self, TypeAlias, TypeVar, get_args, get_origin

from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.filtering import Filtering
from ferra_sync._expression.markers import In
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.sentinels import UNSET
from ferra_sync._expression.typevars import S, SOrA, SOrB, SOrC
from ferra_sync._model import type_hints
from ferra_sync._model.filter_meta import FilterMeta, declared
from ferra_sync._model.outside import Outside
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import SchemaError

Unknown: TypeAlias = Literal["refuse", "ignore"]


class Filter(Filtering[In[S] | In[SOrA] | In[SOrB] | In[SOrC]], Generic[S, SOrA, SOrB, SOrC]):
    """What keeps rows of a table, `Filter[Posts]`, or of up to four that are joined, `Filter[Posts, Users]`.

    A subclass is decorated with `@attrs.define` or `@attrs.frozen`, and each of its fields says how it filters, by
    `title: str | Unset = by(Posts.title.icontains)`. A field that is `UNSET` adds nothing, so that a filter of which
    nothing is set keeps every row. None is a value: of a field that is `by` an expression it keeps what is NULL.

    Raises:
        SchemaError: when the class is made, and a field has no `by(…)`, an annotation that is not what its operator
            takes, or a predicate of another table.
    """

    __slots__ = ()

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        try:
            hints = type_hints.resolved(cls)
        except NameError:
            return  # A class that comes later: looked at again on first use.
        _attach(cls, hints)

    def __ferra_predicates__(self) -> tuple[AnyExpr, ...]:
        """Return a predicate for each field that is set."""
        meta = filter_meta(type(self))
        pairs = zip(meta.operators, meta.values(self), strict=True)
        return tuple([operator(value) for operator, value in pairs if value is not UNSET])

    @classmethod
    def parse(
        cls,
        data: Outside,
        *,
        prefix: str = "",
        unknown: Unknown = "refuse",
        beside: Collection[str] = ("page", "per_page", "sort", "limit", "after", "before"),
    ) -> Self:
        """Return a filter made from what came from outside, each field from the values of its own name.

        Each value is what the field's annotation says, or a text that spells it: numbers, dates, UUIDs and enums as
        `to_dict` writes them; true, yes, on and 1, or their opposites, for a bool; a moment with its offset, whose `+`
        may have become a space; null for None, where that may be. A list has each value that its name is given. What is
        blank, or not there, is `UNSET`.

        Args:
            data: a query string, or a mapping: a dict, JSON's object, or a multidict as web frameworks have it.
            prefix: what stands before the name of each field; other names are somebody else's.
            unknown: whether names that are no field are refused or ignored.
            beside: names that are somebody else's in any case.

        Raises:
            ValidationError: values that spell nothing of the kind, or several where one is meant, unknown names, and
                what the fields' validators reject, all of it at once. `.errors` maps each name to a message that does
                not show the value.
            SchemaError: a field's annotation is of a class that no text spells.
        """
        from ferra_sync._model.filter_parsing import parsed  # noqa: PLC0415 - cattrs is slow to import

        if unknown not in {"refuse", "ignore"}:
            raise ValueError('unknown is "refuse" or "ignore"')
        others = frozenset((beside,) if isinstance(beside, str) else beside)
        return cls(**parsed(filter_meta(cls), data, prefix, None if unknown == "ignore" else others))


def filter_meta(model: type[Filter[Any, Any, Any, Any]]) -> FilterMeta:
    """Return what is known of a filter class.

    Raises:
        SchemaError: it is no attrs class, or its fields do not agree with their operators.
    """
    known = model.__dict__.get("__ferra_filter__")
    if isinstance(known, FilterMeta):
        return known
    if "__attrs_attrs__" not in model.__dict__:
        raise SchemaError(f"{model.__name__} is not an attrs class: decorate it with @attrs.define")
    try:
        return _attach(model, type_hints.resolved(model))
    except NameError as error:
        raise type_hints.unresolved(model, error) from None


def _attach(model: type[Filter[Any, Any, Any, Any]], hints: dict[str, Any]) -> FilterMeta:
    meta = declared(model, _tables(model), hints)
    model.__ferra_filter__ = meta  # type: ignore[attr-defined]  # read through filter_meta alone
    return meta


def _tables(model: type[Any]) -> tuple[TableRef, ...] | None:
    """Return the tables that `Filter[…]` names among the bases; None where a TypeVar leaves one open.

    Raises:
        SchemaError: no base names a table, or one names something else.
    """
    bases = (base for cls in model.__mro__ for base in cls.__dict__.get("__orig_bases__", ()))
    named = next((get_args(base) for base in bases if get_origin(base) is Filter), None)
    if named is None:
        raise SchemaError(f"{model.__name__} says no table: write Filter[…]")
    if isinstance(named[0], TypeVar):
        return None
    tables: list[TableRef] = []
    for each in named:
        meta = getattr(each, "__ferra_table__", None)
        if isinstance(meta, TableMeta):
            tables.append(meta.ref)
        elif not isinstance(each, TypeVar):  # Those that are left out may be there as their default.
            raise SchemaError(f"{model.__name__}: Filter[…] takes tables, Filter[Posts, Users], not {described(each)}")
    return tuple(dict.fromkeys(tables))
