"""Models: plain attrs classes whose base says which table they belong to."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import (
    Any,
    ClassVar,
    Final,
    ForwardRef,
    Generic,
    Self,
    TypeVar,
    get_args,
    get_origin,
    overload,
)

import attrs

from ferra_sync._expression import shapes
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import In, Plain, Selected
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import SERVER_DEFAULT
from ferra_sync._expression.shapes import Items
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import K, S
from ferra_sync._expression.values import Value
from ferra_sync._model import type_hints
from ferra_sync._model.field import FieldMeta, Purpose, fields_of, secret_fields
from ferra_sync._model.keyed import HasId
from ferra_sync._model.secrets import hide
from ferra_sync._schema.declaration import ColumnDef
from ferra_sync._schema.table import Table, TableMeta
from ferra_sync.errors import QueryError, SchemaError

ROW: SqlType[Any] = SqlType(kind=FieldType.JSON, ddl="row", cast="row", classes=(object,), ordered=False)
"""The type of a whole row, which stands in no expression."""


@attrs.frozen(eq=False)
class ModelMeta(Value):
    """What is known of a model class; `ModelMeta.of(User)`.

    Attributes:
        model: the class.
        purpose: whether it is read, inserted or a changeset.
        table: its table.
        fields: its fields that are columns, in order.
        by_column: column's name → field.
        missing: the columns without which no row can be inserted and that the model has not.
        values: row → the fields' values as they are written, in order: a generated column's is SERVER_DEFAULT.
        row: the expression that selects the model.
    """

    model: type[Any]
    purpose: Purpose
    table: TableMeta
    fields: tuple[FieldMeta, ...]
    by_column: Mapping[str, FieldMeta]
    missing: tuple[ColumnRef, ...]
    values: Callable[[Any], tuple[Any, ...]]
    row: AnyExpr

    @classmethod
    def of(cls, model: type[Any]) -> ModelMeta:
        """Return what is known of `model`.

        Raises:
            SchemaError: it is no attrs model of a table, or does not agree with its table.
        """
        known = model.__dict__.get("__ferra_meta__") if isinstance(model, type) else None
        return known if isinstance(known, ModelMeta) else _declared(model)

    @cached_property
    def secrets(self) -> tuple[FieldMeta, ...]:
        """The fields that no repr, JSON or page shows."""
        return tuple(field for field in self.fields if field.secret)

    @cached_property
    def refs(self) -> tuple[ColumnRef, ...]:
        """The columns of the fields, in order."""
        return tuple(field.ref for field in self.fields)

    @cached_property
    def is_mutable(self) -> bool:
        """Whether a field's value can be changed after it was given: a list, bytes, a document."""
        return any(ref.type.is_mutable for ref in self.refs)

    @property
    def items(self) -> Items:
        """The model as a select list of its own."""
        return ((self.row.shape, self.row.type),)

    def key_of(self, row: object) -> tuple[Any, ...]:
        """Return the primary key of `row`.

        Raises:
            QueryError: the table has no primary key, or the model lacks a column of it.
        """
        return tuple(getattr(row, field.name) for field in self.key_fields)

    @property
    def key_fields(self) -> tuple[FieldMeta, ...]:
        """The fields that are the primary key; QueryError where there is none or the model lacks one."""
        key = self.table.required_key
        for column in key:
            if column.name not in self.by_column:
                raise QueryError(f"{self.model.__name__} lacks {column.ref}, which is in the primary key")
        return tuple(self.by_column[column.name] for column in key)


_LOOSE: Final = "{} has no annotation, so it is no field: write {}, or ClassVar"


class Record(Generic[S]):
    """What the three kinds of model share: they are checked when attrs has made the class."""

    __slots__ = ()
    __ferra_purpose__: ClassVar[Purpose]

    def __class_getitem__(cls, table: Any) -> Any:  # noqa: ANN401 - typing's own
        if isinstance(table, tuple) and cls in _KINDS:
            raise SchemaError(f"{cls.__name__}[…] is a model of one table, not of {len(table)}")
        return super().__class_getitem__(table)  # type: ignore[misc]  # Generic's, which mypy does not know

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        for attribute in getattr(cls, "__attrs_attrs__", ()):  # Those of the bases: attrs would drop what is no field.
            if _is_loose(cls, attribute.name):
                raise SchemaError(_LOOSE.format(f"{cls.__name__}.{attribute.name}", f"{attribute.name}: … = …"))

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        table = _table(cls)
        if table is None:
            return
        hide(cls, secret_fields(cls, table))
        try:
            hints = type_hints.resolved(cls)
        except NameError:
            return  # A class that comes later: looked at again on first use.
        _attach(cls, hints)


class FerraModel(Record[S]):
    """A row, whole or in part: `class User(FerraModel[Users])`, decorated with `@attrs.define` or `@attrs.frozen`.

    A field that is `SERVER_DEFAULT` has its default where the row is inserted and stays unchanged where it is updated.

    Raises:
        SchemaError: when the class is made, and a field is no column, or its type or nullability are not the column's.
    """

    __slots__ = ()
    __ferra_purpose__: ClassVar[Purpose] = "read"

    @classmethod
    def __ferra_select__(cls) -> Selected[In[S], Self, Plain]:
        raise TypeError("only the type checker asks what is selected")

    def __ferra_owner__(self) -> In[S]:
        raise TypeError("only the type checker asks of which table a model is")

    @classmethod
    def __ferra_of__(cls, table: S, /) -> Self:
        raise TypeError("only the type checker asks which aliases a model is read from")

    @overload
    def __ferra_key__(self: HasId[K]) -> K: ...
    @overload
    def __ferra_key__(self) -> object: ...
    def __ferra_key__(self) -> object:
        raise TypeError("only the type checker asks of what type a key is")


class Insertable(Record[S]):
    """A row to insert: it has every column that is not nullable and has no default.

    Raises:
        SchemaError: when the class is made, and a field is no column, its type is not the column's, or one is missing.
    """

    __slots__ = ()
    __ferra_purpose__: ClassVar[Purpose] = "insert"


class Changeset(Record[S]):
    """What an UPDATE sets: a field that is `UNSET` is left alone, None sets NULL, `SERVER_DEFAULT` the default.

    Raises:
        SchemaError: when the class is made, and a field is no column or its type is not the column's.
    """

    __slots__ = ()
    __ferra_purpose__: ClassVar[Purpose] = "change"


M = TypeVar("M", bound=FerraModel[Any])

_KINDS: Final = (FerraModel, Insertable, Changeset)


def _declared(model: Any) -> ModelMeta:  # noqa: ANN401 - whatever was given for a model
    if not isinstance(model, type) or not issubclass(model, Record):
        raise SchemaError(f"{described(model)} is not a model")
    if "__attrs_attrs__" not in model.__dict__:
        raise SchemaError(f"{model.__name__} is not an attrs class: decorate it with @attrs.define")
    try:
        return _attach(model, type_hints.resolved(model))
    except NameError as error:
        raise type_hints.unresolved(model, error) from None


def _table(model: type[Record[Any]]) -> type[Table] | None:
    """Return the table of a model; None where a generic class leaves it open.

    Raises:
        SchemaError: the bases name no table, or several, or something else.
    """
    kinds = [kind for kind in _KINDS if issubclass(model, kind)]
    if len(kinds) > 1:
        raise SchemaError(
            f"{model.__name__} is {' and '.join(kind.__name__ for kind in kinds)}: a model is one of them"
        )
    named = list(_named(model))
    tables = [each for each in named if _is_table(each)]
    for each in named:
        if not (each is None or _is_table(each) or isinstance(each, TypeVar)):
            raise SchemaError(f"{model.__name__}: {kinds[0].__name__}[…] takes a table, {_spelled(each)}")
    if any(table is not tables[0] for table in tables):
        raise SchemaError(f"{model.__name__} names {' and '.join(table.__name__ for table in tables)}: one table alone")
    if not tables and any(each is None for each in named):
        raise SchemaError(f"{model.__name__} says no table: write {kinds[0].__name__}[…]")
    return tables[0] if tables else None


def _is_table(given: object) -> bool:
    return isinstance(given, type) and "__ferra_table__" in vars(given)


def _named(cls: type) -> Iterator[Any]:
    """Yield what the bases of a model name for its table: a TypeVar where that is left open, None where nothing is."""
    for parent in cls.__dict__.get("__orig_bases__", cls.__bases__):
        origin: Any = get_origin(parent) or parent
        if origin in _KINDS:
            yield from get_args(parent) or (None,)
        elif isinstance(origin, type) and issubclass(origin, Record):
            given: dict[Any, Any] = dict(zip(getattr(origin, "__parameters__", ()), get_args(parent), strict=False))
            yield from (given.get(each, each) if isinstance(each, TypeVar) else each for each in _named(origin))


def _spelled(given: Any) -> str:  # noqa: ANN401 - whatever was given for a table
    if isinstance(given, ForwardRef):
        name = given.__forward_arg__
        return f'not the string "{name}": write {name} itself, and the model after the table'
    return f"not {described(given)}"


def _attach(model: type[Record[Any]], hints: Mapping[str, Any]) -> ModelMeta:
    table = _table(model)
    if table is None:
        raise SchemaError(f"{model.__name__} says no table: it is generic, so name one, {model.__name__}[…]")
    purpose = model.__ferra_purpose__
    if purpose != "read" and table.__ferra_table__.ref.is_derived:
        name = table.__name__
        raise SchemaError(f"{model.__name__}: {name} is made by a query and cannot be written: say FerraModel[{name}]")
    fields = tuple(fields_of(model, table, hints))
    _check_body(model, table, hints, {field.name for field in fields})
    if not fields:
        attribute, column = next(iter(table.__ferra_table__.attributes.items()))
        example = f"annotate one, {attribute}: {column.type.python_name}"
        raise SchemaError(f"{model.__name__} has no field that is a column of {table.__name__}: {example}")
    by_column = {field.column: field for field in fields}
    if len(by_column) != len(fields):
        raise SchemaError(f"{model.__name__} has two fields for one column")
    missing = tuple(_required(table.__ferra_table__, by_column))
    if purpose == "insert" and missing:
        names = ", ".join(ref.name for ref in missing)
        raise SchemaError(f"{model.__name__} lacks {names}: {table.__name__} has no default there")
    meta = ModelMeta(
        model=model,
        purpose=purpose,
        table=table.__ferra_table__,
        fields=fields,
        by_column=MappingProxyType(by_column),
        missing=missing,
        values=_getter(fields),
        row=Expr(shapes.model(model, table.__ferra_table__.ref), (), ROW),
    )
    model.__ferra_meta__ = meta  # type: ignore[attr-defined]  # read through ModelMeta.of alone
    return meta


def _check_body(model: type, table: type[Table], hints: Mapping[str, Any], fields: set[str]) -> None:
    """Raise SchemaError where a column's name stands in the class and is no field of it."""
    columns = table.__ferra_table__.attributes
    for name in columns:
        if any(_is_loose(cls, name) for cls in model.__mro__):
            wanted = f"{name}: {columns[name].type.python_name} = …"
            raise SchemaError(_LOOSE.format(f"{model.__name__}.{name}", wanted))
    for name in hints.keys() & columns.keys() - fields:
        if get_origin(hints[name]) is not ClassVar and hints[name] is not ClassVar:
            raise SchemaError(
                f"{model.__name__}.{name} is annotated and no field: decorate the class that annotates it, "
                "and annotate every field"
            )


def _is_loose(cls: type, name: str) -> bool:
    """Whether a class has a value of this name, and neither an annotation that makes it a field nor a method."""
    if name not in vars(cls) or name in inspect.get_annotations(cls):
        return False
    value = vars(cls)[name]
    return isinstance(value, ColumnDef) or not hasattr(type(value), "__get__")


def _required(table: TableMeta, by_column: Mapping[str, FieldMeta]) -> list[ColumnRef]:
    return [
        table.attributes[attribute].ref
        for attribute, declaration in table.declarations.items()
        if not declaration.has_default
        and not declaration.is_nullable
        and table.attributes[attribute].name not in by_column
    ]


def _getter(fields: tuple[FieldMeta, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(fields) == 1 or any(field.generated == "stored" for field in fields):
        written = [(field.name, field.generated != "stored") for field in fields]
        return lambda row: tuple([getattr(row, name) if is_own else SERVER_DEFAULT for name, is_own in written])
    return attrgetter(*(field.name for field in fields))
