"""Tables: a class whose attributes are columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

import attrs

from ferra_sync import _names
from ferra_sync._coercion import is_assignable
from ferra_sync._columns import Column
from ferra_sync._constraints import Check, Constraint, ForeignKey, Index, Unique, refs_of
from ferra_sync._expressions import AnyExpr, Expr
from ferra_sync._shapes import ColumnRef, TableRef
from ferra_sync.errors import SchemaError
from ferra_sync.types import ColumnDef

S = TypeVar("S")


@attrs.frozen(eq=False)
class TableMeta:
    """What a table says of itself; `Table.__ferra_table__`.

    Attributes:
        ref: its name, as FROM spells it.
        attributes: attribute → column, in the order of declaration.
        declarations: attribute → what was declared.
        primary_key: its key's columns; empty where it has none.
        foreign_keys, uniques, checks, indexes: its constraints, those of single columns first.
    """

    ref: TableRef
    attributes: Mapping[str, Column[Any, Any]]
    declarations: Mapping[str, ColumnDef[Any]]
    primary_key: tuple[Column[Any, Any], ...]
    foreign_keys: tuple[ForeignKey[Any], ...]
    uniques: tuple[Unique[Any], ...]
    checks: tuple[Check[Any], ...]
    indexes: tuple[Index[Any], ...]
    on_update: tuple[tuple[ColumnRef, AnyExpr], ...]
    """The columns that every UPDATE sets, each with its expression."""

    def declaration_of(self, ref: ColumnRef) -> ColumnDef[Any]:
        """Return what was declared of a column of this table."""
        attribute = next(name for name, column in self.attributes.items() if column.ref is ref)
        return self.declarations[attribute]

    @property
    def name(self) -> str:
        """The table's name in PostgreSQL."""
        return self.ref.name


class Exactly(Generic[S]):
    """One table and no other: invariant, so that no checker widens it to a union."""


class Joinable(Protocol[S]):
    """A table's class, as a join takes it."""

    def __ferra_exactly__(self) -> Exactly[S]: ...


class Table:
    """A table. Its SQL name is the class's in snake_case, or `class Users(Table, name="…", schema="…")`.

    `class Managers(Users, alias="managers")` is the same table a second time, for a join of a table with itself.
    Constraints over several columns are listed by a classmethod `__constraints__`.

    Raises:
        SchemaError: when the class is made, and what it declares cannot be.
    """

    __ferra_table__: ClassVar[TableMeta]

    def __init_subclass__(cls, *, name: str | None = None, schema: str | None = None, alias: str | None = None) -> None:
        super().__init_subclass__()
        aliased = getattr(cls, "__ferra_table__", None)
        if aliased is None:
            ref = TableRef(
                cls,
                _names.checked(_names.snake_case(cls.__name__) if name is None else name, "a table's name"),
                None if schema is None else _names.checked(schema, "a schema's name"),
                None if alias is None else _names.checked(alias, "an alias"),
            )
            declared = {attribute: value for attribute, value in vars(cls).items() if isinstance(value, ColumnDef)}
        else:
            ref, declared = _alias(cls, aliased, alias), dict(aliased.declarations)
        columns = _columns(cls, ref, declared)
        for attribute, column in columns.items():
            setattr(cls, attribute, column)
        cls.__ferra_table__ = _meta(cls, ref, columns, declared)

    def __new__(cls) -> Self:
        raise SchemaError(f"{cls.__name__} is a table; rows are instances of a FerraModel[{cls.__name__}]")

    @classmethod
    def __ferra_exactly__(cls) -> Exactly[Self]:
        raise TypeError("only the type checker asks which table this is")

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        """Return the constraints and indexes over several columns."""
        return ()


def _alias(cls: type[Table], aliased: TableMeta, alias: str | None) -> TableRef:
    if alias is None:
        raise SchemaError(f'{cls.__name__} inherits from table {aliased.name}: say alias="…"')
    if any(isinstance(value, ColumnDef) for value in vars(cls).values()):
        raise SchemaError(f"{cls.__name__} is an alias of {aliased.name} and cannot add columns")
    return TableRef(cls, aliased.ref.name, aliased.ref.schema, _names.checked(alias, "an alias"))


def _columns(cls: type[Table], ref: TableRef, declared: Mapping[str, ColumnDef[Any]]) -> dict[str, Column[Any, Any]]:
    if not declared:
        raise SchemaError(f"{cls.__name__} declares no column")
    columns: dict[str, Column[Any, Any]] = {}
    names: dict[str, str] = {}
    for attribute, declaration in declared.items():
        name = _names.checked(
            declaration.options.get("name", attribute), f"{cls.__name__}.{attribute}: a column's name"
        )
        if name in names:
            raise SchemaError(f"{cls.__name__}: {names[name]} and {attribute} are both column {name!r}")
        names[name] = attribute
        columns[attribute] = Column(ColumnRef(ref, name, declaration.sql_type), nullable=declaration.is_nullable)
    return columns


def _meta(
    cls: type[Table],
    ref: TableRef,
    columns: Mapping[str, Column[Any, Any]],
    declared: Mapping[str, ColumnDef[Any]],
) -> TableMeta:
    listed = _listed(cls, ref)
    pairs = [(columns[attribute], declaration) for attribute, declaration in declared.items()]
    for column, declaration in pairs:
        _check_default(column, declaration)
    singles = [column for column, declaration in pairs if declaration.options.get("unique")]
    indexed = [column for column, declaration in pairs if declaration.options.get("index")]
    keys = [_foreign_key(column, declaration) for column, declaration in pairs if "references" in declaration.options]
    return TableMeta(
        ref=ref,
        attributes=MappingProxyType(dict(columns)),
        declarations=MappingProxyType(dict(declared)),
        primary_key=tuple(column for column, declaration in pairs if declaration.options.get("primary_key")),
        foreign_keys=(*keys, *(each for each in listed if isinstance(each, ForeignKey))),
        uniques=(*(Unique((column,)) for column in singles), *(each for each in listed if isinstance(each, Unique))),
        checks=tuple(each for each in listed if isinstance(each, Check)),
        indexes=(
            *(Index((column.shape,)) for column in indexed),
            *(each for each in listed if isinstance(each, Index)),
        ),
        on_update=tuple(_on_update(column, declaration) for column, declaration in pairs if _is_set(declaration)),
    )


def _listed(cls: type[Table], ref: TableRef) -> tuple[Constraint[Any], ...]:
    listed = tuple(cls.__constraints__())
    for each in listed:
        if not isinstance(each, (Unique, Check, Index, ForeignKey)):
            raise SchemaError(f"{cls.__name__}.__constraints__ lists a {type(each).__name__}")
        for named in refs_of(each):
            if named.table is not ref:
                raise SchemaError(f"a constraint of {cls.__name__} names {named}, a column of {named.table.name}")
    names = [each.name for each in listed if each.name is not None]
    if len(names) != len(set(names)):
        raise SchemaError(f"{cls.__name__}: two constraints have one name")
    return listed


def _check_default(column: Column[Any, Any], declaration: ColumnDef[Any]) -> None:
    if "default" in declaration.options:
        _fitting(column, "default", declaration.options["default"])
    if _is_set(declaration):
        _fitting(column, "on_update", declaration.options.get("on_update"))


def _fitting(column: Column[Any, Any], option: str, value: object) -> AnyExpr:
    if isinstance(value, Expr):
        if not is_assignable(column.type, value.type):
            raise SchemaError(f"{option} of {column.ref} is {value.type}; the column is {column.type}")
        return value
    if value is None:
        complaint = None if column.nullable_in_table else "is not nullable"
    else:
        complaint = column.type.complaint(value)
    if complaint is not None:
        raise SchemaError(f"{option} of {column.ref}: the column {complaint}")
    return Expr(column.type.parameter, (value,), column.type.parameter)


def _is_set(declaration: ColumnDef[Any]) -> bool:
    return "on_update" in declaration.options and "references" not in declaration.options


def _on_update(column: Column[Any, Any], declaration: ColumnDef[Any]) -> tuple[ColumnRef, AnyExpr]:
    return column.ref, _fitting(column, "on_update", declaration.options.get("on_update"))


def _foreign_key(column: Column[Any, Any], declaration: ColumnDef[Any]) -> ForeignKey[Any]:
    options = declaration.options
    reference = options.get("references")
    on_update: Any = options.get("on_update")
    if not isinstance(reference, Column) and not callable(reference):
        raise SchemaError(f"{column.ref}: references takes a column, or a lambda that returns one")
    key: ForeignKey[Any] = ForeignKey(
        (column,),
        (lambda: (reference,)) if isinstance(reference, Column) else (lambda: (reference(),)),
        options.get("on_delete"),
        on_update,
    )
    if isinstance(reference, Column):
        _ = key.targets  # A column is checked at once; a lambda's may come later.
    return key


def table_meta(table: object) -> TableMeta:
    """Return what `table` says of itself; SchemaError for what is no table."""
    meta = getattr(table, "__ferra_table__", None)
    if not isinstance(meta, TableMeta):
        raise SchemaError(f"{table!r} is not a Table")
    return meta
