"""Tables: a class whose attributes are columns."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final, Never, Self, TypeVar

import attrs

from ferra_sync._expression import identifiers
from ferra_sync._expression.coercion import is_assignable
from ferra_sync._expression.column import Assignment, Column
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import In
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef, is_same_table
from ferra_sync._expression.shapes import ASC, DESC, has_aggregate, has_window, leaves, subqueries
from ferra_sync._expression.values import Value
from ferra_sync._schema.body import declared_columns
from ferra_sync._schema.constraints import Check, Constraint, ForeignKey, Index, Unique, refs_of
from ferra_sync._schema.declaration import ColumnDef
from ferra_sync.errors import QueryError, SchemaError

_DECORATED: Final = "{0} is a table, and no decorator makes a model of it: write a FerraModel[{0}]"


@attrs.frozen(eq=False)
class TableMeta(Value):
    """What a table says of itself; `Table.__ferra_table__`.

    Attributes:
        ref: its name, as FROM spells it.
        attributes: attribute → column, in the order of declaration.
        declarations: attribute → what was declared.
        primary_key: its key's columns; empty where it has none.
        foreign_keys, uniques, checks, indexes: its constraints, those of single columns first.
    """

    ref: TableRef
    attributes: Mapping[str, Column[Any, Any, Any]]
    declarations: Mapping[str, ColumnDef[Any, Any]]
    primary_key: tuple[Column[Any, Any, Any], ...]
    foreign_keys: tuple[ForeignKey[Any], ...]
    uniques: tuple[Unique[Any], ...]
    checks: tuple[Check[Any], ...]
    indexes: tuple[Index[Any], ...]
    on_update: tuple[Assignment[Any], ...]
    """What every UPDATE sets: each to a value of the column's own type. A version is one of them."""
    version: ColumnRef | None
    """The column that every UPDATE counts."""
    old_new: dict[str, TableMeta] = attrs.field(init=False, factory=dict, repr=False)
    """Its old and its new row, as RETURNING names them, once they were asked for."""

    def declaration_of(self, ref: ColumnRef) -> ColumnDef[Any, Any]:
        """Return what was declared of a column of this table."""
        attribute = next(name for name, column in self.attributes.items() if column.ref is ref)
        return self.declarations[attribute]

    def is_secret(self, ref: ColumnRef) -> bool:
        """Whether no repr, JSON or page may show a column; one that a clause of a query adds is not secret."""
        return any(column.ref is ref and self.declarations[name].is_secret for name, column in self.attributes.items())

    def shown_key(self, key: object) -> object:
        """Return a primary key as a message may show it: `…` for the value of a secret column."""
        secret = [self.declaration_of(column.ref).is_secret for column in self.primary_key]
        if key is None or not any(secret):
            return key
        parts = key if isinstance(key, tuple) else (key,)
        return tuple("…" if is_secret else part for part, is_secret in zip(parts, secret, strict=False))

    @property
    def generated(self) -> tuple[tuple[ColumnRef, AnyExpr], ...]:
        """The columns that the server computes, each with the expression over the row that it stores.

        Raises:
            SchemaError: an expression is none, is of another type, or is not over this table's columns alone.
        """
        return tuple(
            (column.ref, _generated(self.ref, column, expression))
            for attribute, column in self.attributes.items()
            if (expression := self.declarations[attribute].options.get("generated_as")) is not None
        )

    @property
    def required_key(self) -> tuple[Column[Any, Any, Any], ...]:
        """The primary key's columns; QueryError where there is none."""
        if not self.primary_key:
            raise QueryError(f"table {self.name} has no primary key")
        return self.primary_key

    @property
    def unique_keys(self) -> tuple[frozenset[ColumnRef], ...]:
        """The columns that no two rows have in common: of the primary key, of unique constraints and of indexes.

        An index with WHERE, or over an expression, is none: it says nothing of some rows, or of other values.
        """
        declared = [self.primary_key, *(unique.columns for unique in self.uniques)]
        keys = [[column.ref for column in columns] for columns in declared if columns]
        keys += [_indexed(index) for index in self.indexes if index.unique and index.where is None]
        return tuple(frozenset(key) for key in keys if key)

    def is_numbered_always(self, columns: Iterable[ColumnRef]) -> bool:
        """Whether one of `columns` is always numbered by the server: a value for it must override that."""
        return any(self.declaration_of(ref).generated == "identity always" for ref in columns)

    @property
    def name(self) -> str:
        """The table's name in PostgreSQL."""
        return self.ref.name


class Relation:
    """Rows with columns: a table, or what a query makes."""

    __ferra_table__: ClassVar[TableMeta]

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        raise SchemaError(_DECORATED.format(cls.__name__))

    def __new__(cls) -> Self:
        raise SchemaError(f"{cls.__name__} is a table; rows are instances of a FerraModel[{cls.__name__}]")

    @classmethod
    def __ferra_in__(cls) -> In[Self]:
        raise TypeError("only the type checker asks which table this is")

    @classmethod
    def __ferra_rows__(cls) -> Self:
        raise TypeError("only the type checker asks of what this is an alias")

    @classmethod
    def __ferra_needs__(cls) -> Never:
        raise TypeError("only the type checker asks what the rows are made from")

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        """Return the constraints and indexes over several columns."""
        return ()


class Table(Relation):
    """A table. Its SQL name is the class's in snake_case, or `class Users(Table, name="…", schema="…")`.

    `class Managers(Users, alias="managers")` is the same table a second time, for a join of a table with itself.
    Constraints over several columns are listed by a classmethod `__constraints__`. Plain base classes may declare
    columns too, for each of their tables.

    Raises:
        SchemaError: when the class is made, and what it declares cannot be, or an attribute was meant for a column and
            is none, such as `t.text` without its brackets.
    """

    def __init_subclass__(cls, *, name: str | None = None, schema: str | None = None, alias: str | None = None) -> None:
        super().__init_subclass__()
        declare(cls, Table, name=name, schema=schema, alias=alias)


TableT = TypeVar("TableT", bound=Table)


def declare(
    cls: type[Relation], root: type[Relation], *, name: str | None, schema: str | None = None, alias: str | None
) -> None:
    """Make the columns of a class that it declares, or of one that is an alias of the class that it inherits from.

    Raises:
        SchemaError: what it declares cannot be.
    """
    if "__attrs_attrs__" in vars(cls) or "__dataclass_fields__" in vars(cls):
        raise SchemaError(_DECORATED.format(cls.__name__))
    aliased = getattr(cls, "__ferra_table__", None)
    if aliased is None:
        ref = TableRef(
            cls,
            identifiers.checked(identifiers.snake_case(cls.__name__) if name is None else name, "a table's name"),
            None if schema is None else identifiers.checked(schema, "a schema's name"),
            None if alias is None else identifiers.checked(alias, "an alias"),
            is_derived=root is not Table,
        )
        declared = declared_columns(cls, root)
    else:
        if name is not None or schema is not None:
            raise SchemaError(f"{cls.__name__} is an alias of {aliased.name}, whose name and schema it has")
        ref, declared = _alias(cls, aliased, alias), dict(aliased.declarations)
    columns = _columns(cls, ref, declared)
    for attribute, column in columns.items():
        setattr(cls, attribute, column)
    cls.__ferra_table__ = _meta(cls, ref, columns, declared)


def _alias(cls: type[Relation], aliased: TableMeta, alias: str | None) -> TableRef:
    if alias is None:
        raise SchemaError(f'{cls.__name__} inherits from table {aliased.name}: say alias="…"')
    others = [base for base in cls.__mro__ if "__ferra_table__" in vars(base) and base not in aliased.ref.owner.__mro__]
    if others:
        raise SchemaError(f"{cls.__name__} is an alias of {aliased.name} and of {others[0].__name__}: one table alone")
    if declared_columns(cls, aliased.ref.owner):
        raise SchemaError(f"{cls.__name__} is an alias of {aliased.name} and cannot add columns")
    for attribute in vars(cls).keys() & aliased.attributes.keys():
        raise SchemaError(f"{cls.__name__}.{attribute} hides the column of that name")
    return attrs.evolve(aliased.ref, owner=cls, alias=identifiers.checked(alias, "an alias"))


def _indexed(index: Index[Any]) -> list[ColumnRef]:
    """Return the columns of an index; none where a key of it is another expression."""
    keys = [key[1] if isinstance(key, tuple) and key[0] in {ASC, DESC} else key for key in index.keys]
    refs = [key for key in keys if isinstance(key, ColumnRef)]
    return refs if len(refs) == len(keys) else []


def _columns(
    cls: type[Relation], ref: TableRef, declared: Mapping[str, ColumnDef[Any, Any]]
) -> dict[str, Column[Any, Any, Any]]:
    if not declared:
        raise SchemaError(f"{cls.__name__} declares no column")
    columns: dict[str, Column[Any, Any, Any]] = {}
    names: dict[str, str] = {}
    for attribute, declaration in declared.items():
        name = identifiers.checked(
            declaration.options.get("name", attribute), f"{cls.__name__}.{attribute}: a column's name"
        )
        if name in names:
            raise SchemaError(f"{cls.__name__}: {names[name]} and {attribute} are both column {name!r}")
        names[name] = attribute
        columns[attribute] = Column(
            ColumnRef(ref, name, declaration.sql_type, nullable=declaration.is_nullable),
            generated=declaration.generated,
            has_default=declaration.has_default,
        )
    return columns


def _meta(
    cls: type[Relation],
    ref: TableRef,
    columns: Mapping[str, Column[Any, Any, Any]],
    declared: Mapping[str, ColumnDef[Any, Any]],
) -> TableMeta:
    listed = _listed(cls, ref)
    pairs = [(columns[attribute], declaration) for attribute, declaration in declared.items()]
    for column, declaration in pairs:
        _check_default(column, declaration)
    singles = [column for column, declaration in pairs if declaration.options.get("unique")]
    indexed = [_index(column, declaration) for column, declaration in pairs if declaration.options.get("index")]
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
            *indexed,
            *(each for each in listed if isinstance(each, Index)),
        ),
        on_update=tuple(_on_update(column, declaration) for column, declaration in pairs if _is_set(declaration)),
        version=_version(cls, pairs),
    )


def _version(
    cls: type[Relation], pairs: Iterable[tuple[Column[Any, Any, Any], ColumnDef[Any, Any]]]
) -> ColumnRef | None:
    versions = [column.ref for column, declaration in pairs if declaration.is_version]
    if len(versions) > 1:
        names = ", ".join(ref.name for ref in versions)
        raise SchemaError(f"{cls.__name__} has one version, not several: {names}")
    return versions[0] if versions else None


def _index(column: Column[Any, Any, Any], declaration: ColumnDef[Any, Any]) -> Index[Any]:
    using = declaration.options.get("index")
    return Index((column.shape,), using=using if isinstance(using, str) else None)


def _listed(cls: type[Relation], ref: TableRef) -> tuple[Constraint[Any], ...]:
    listed = _constraints(cls)
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


def _constraints(cls: type[Relation]) -> tuple[Constraint[Any], ...]:
    made = inspect.getattr_static(cls, "__constraints__")
    listed = cls.__constraints__() if isinstance(made, (classmethod, staticmethod)) else None
    if not isinstance(listed, Iterable):
        raise SchemaError(f"{cls.__name__}.__constraints__ is a classmethod that returns a list of constraints")
    return tuple(listed)


def _check_default(column: Column[Any, Any, Any], declaration: ColumnDef[Any, Any]) -> None:
    if "default" in declaration.options:
        _fitting(column, "default", declaration.options["default"])
    if _is_set(declaration) and not declaration.is_version:
        _fitting(column, "on_update", declaration.options.get("on_update"))


def _fitting(column: Column[Any, Any, Any], option: str, value: object) -> AnyExpr:
    if isinstance(value, Expr):
        if any(isinstance(leaf, ColumnRef) for leaf in leaves(value.shape)) or has_aggregate(value.shape):
            raise SchemaError(f"{option} of {column.ref} names a column or an aggregate, which it cannot")
        if any(subqueries(value.shape)):
            raise SchemaError(f"{option} of {column.ref} has a query inside, which it cannot")
        if has_window(value.shape):
            raise SchemaError(f"{option} of {column.ref} is a function over a window, which it cannot be")
        # `timestamp DEFAULT now()` goes by the session's time zone, and many a schema says so.
        return value if column.type.depends_on_zone_with(value.type) else _of_its_type(column, option, value)
    if value is None:
        complaint = None if column.nullable_in_table else "is not nullable"
    else:
        complaint = column.type.complaint(value)
    if complaint is not None:
        raise SchemaError(f"{option} of {column.ref}: the column {complaint}")
    return Expr(column.type.parameter, (value,), column.type.parameter)


def _of_its_type(column: Column[Any, Any, Any], option: str, value: AnyExpr) -> AnyExpr:
    if not is_assignable(column.type, value.type):
        raise SchemaError(f"{option} of {column.ref} is {value.type}; the column is {column.type}")
    return value


def _generated(table: TableRef, column: Column[Any, Any, Any], expression: Callable[[], AnyExpr]) -> AnyExpr:
    value = expression()
    if not isinstance(value, Expr):
        raise SchemaError(f"{column.ref}: generated_as returns an expression, not a {type(value).__name__}")
    if any(subqueries(value.shape)):
        raise SchemaError(f"{column.ref} is generated from its own row; a query reads others")
    for leaf in leaves(value.shape):
        if isinstance(leaf, ColumnRef) and not is_same_table(leaf.table, table):
            raise SchemaError(f"{column.ref} is generated from {leaf}, a column of {leaf.table.name}")
        if isinstance(leaf, FunctionRef) and leaf.aggregate:
            raise SchemaError(f"{column.ref} is generated from one row; {leaf} is over many")
    if has_window(value.shape):
        raise SchemaError(f"{column.ref} is generated from one row; a function over a window reads others")
    return _of_its_type(column, "generated_as", value)


def _is_set(declaration: ColumnDef[Any, Any]) -> bool:
    return declaration.is_version or ("on_update" in declaration.options and "references" not in declaration.options)


def _on_update(column: Column[Any, Any, Any], declaration: ColumnDef[Any, Any]) -> Assignment[Any]:
    is_counted = declaration.is_version
    stamp = column + 1 if is_counted else _fitting(column, "on_update", declaration.options.get("on_update"))
    own = column.type.parameter
    stamp = stamp if stamp.type.cast == own.cast else stamp.cast(own)
    return Assignment(column.ref, stamp.shape, stamp.params)


def _foreign_key(column: Column[Any, Any, Any], declaration: ColumnDef[Any, Any]) -> ForeignKey[Any]:
    options = declaration.options
    reference = options.get("references")
    on_update: Any = options.get("on_update")
    if not isinstance(reference, Column) and (isinstance(reference, type) or not callable(reference)):
        wrong = described(reference)
        raise SchemaError(f"{column.ref}: references takes a column, or a lambda that returns one, not {wrong}")
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
        raise SchemaError(f"{described(table)} is not a Table")
    return meta
