"""What a column's declaration says: its type, whether it may be NULL, and its options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, Literal, Never, Protocol, TypeAlias, TypedDict, get_args, overload

from ferra_sync._expression.column import Column, Generated
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import In, InT, Other
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.sqltypes import Accepting, FieldType, SqlType
from ferra_sync._expression.typevars import N, N_co, S, S_co, T_co, V, V_co, W, W_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import SchemaError

ReferenceAction: TypeAlias = Literal["no action", "restrict", "cascade", "set null", "set default"]

IndexMethod: TypeAlias = Literal["brin", "gin", "gist", "hash", "spgist"]

_ACTIONS: Final = frozenset(get_args(ReferenceAction))
_METHODS: Final = frozenset(get_args(IndexMethod))


class ColumnOptions(TypedDict, Generic[V], total=False):
    """The options of a column whose Python type is V."""

    primary_key: bool
    default: V | Expr[Never, V, Never, Any]
    on_update: V | Expr[Never, V, Never, Any] | ReferenceAction
    generated_as: Callable[[], Expr[Any, V, Any, Any]]
    references: Column[Any, V, Any] | Callable[[], Column[Any, V, Any]]
    on_delete: ReferenceAction
    unique: bool
    index: bool | IndexMethod
    secret: bool
    version: bool
    name: str


class TableClass(Protocol[T_co]):
    """The class of a table: no supertype of it, so that mypy takes no alias for the table that is asked for."""

    def __ferra_in__(self) -> T_co: ...


class Joinable(Protocol[T_co, S_co]):
    """What FROM takes: the class of a table, or rows that are made where they are read.

    T: which table it is. S: the tables before it that its rows are made from; for the class of a table Never.
    """

    def __ferra_in__(self) -> T_co: ...

    def __ferra_needs__(self) -> S_co: ...


class ColumnDef(Value, Generic[V_co, N]):
    """A column's declaration; on its table it is a `Column` that knows the table.

    Attributes:
        sql_type: the column's type.
        is_nullable: whether it may be NULL.
        options: what was said of it.
        generated: by which means the server makes its values, or None.
    """

    __slots__ = ("generated", "is_nullable", "options", "sql_type")

    sql_type: SqlType[V_co]
    is_nullable: bool
    options: ColumnOptions[Any]
    generated: Generated | None

    def __init__(
        self,
        sql_type: SqlType[Any],
        options: ColumnOptions[Any],
        *,
        is_nullable: bool = False,
        generated: Generated | None = None,
    ) -> None:
        _check_options(options, generated)
        self.sql_type = sql_type
        self.is_nullable = is_nullable
        self.options = options
        self.generated = "stored" if "generated_as" in options else generated
        if options.get("version"):
            _check_version(self)

    @overload
    def __get__(self, instance: None, owner: TableClass[InT]) -> Column[InT, V_co, N]: ...
    @overload  # mypy comes here where another table is asked for: it would take an alias for its table below
    def __get__(  # type: ignore[overload-cannot-match]  # it comes here when the context refuses the first
        self, instance: None, owner: TableClass[InT]
    ) -> Column[Other[InT], V_co, N]: ...
    @overload  # mypy finds no protocol in the `type[Self]` of a table's own methods
    def __get__(self, instance: None, owner: type[S]) -> Column[In[S], V_co, N]: ...
    def __get__(self, instance: None, owner: Any) -> Column[Any, Any, Any]:
        raise SchemaError(f"{owner.__name__} declares a column but is no Table")

    def __ferra_accepts__(self: Declaring[W, N]) -> W | N:
        raise TypeError("only the type checker asks what a column accepts")

    def __ferra_value__(self) -> V_co:
        raise TypeError("only the type checker asks what a column holds")

    def __ferra_null__(self) -> N:
        raise TypeError("only the type checker asks whether a column is nullable")

    def __repr__(self) -> str:
        return f"<column of {self.sql_type}{', nullable' if self.is_nullable else ''}>"

    @property
    def has_default(self) -> bool:
        """Whether the server fills the column in where an INSERT leaves it out."""
        return self.generated is not None or "default" in self.options

    @property
    def is_secret(self) -> bool:
        """Whether no repr, JSON or page may show the column."""
        return bool(self.options.get("secret"))

    @property
    def is_version(self) -> bool:
        """Whether every UPDATE counts the column, and one that carries a value of it is of that version alone."""
        return bool(self.options.get("version"))


class Declaring(Protocol[W_co, N_co]):
    """A declaration whose type takes a W, and NULL where N is None."""

    @property
    def sql_type(self) -> Accepting[W_co]: ...

    def __ferra_null__(self) -> N_co: ...


def _check_options(options: ColumnOptions[Any], generated: Generated | None) -> None:
    unknown = options.keys() - ColumnOptions.__annotations__.keys()
    if unknown:
        raise SchemaError(f"a column has no option {', '.join(sorted(unknown))}")
    for option in ("primary_key", "unique", "version"):
        if not isinstance(options.get(option, False), bool):
            raise SchemaError(f"{option} is True or False, not {described(options.get(option))}")
    if not isinstance(options.get("index", False), bool):
        check_method(options.get("index"))
    if "generated_as" in options:
        _check_generated(options, generated)
    if "references" not in options:
        if "on_delete" in options:
            raise SchemaError("on_delete is a foreign key's action: it needs references")
        return
    check_actions(options.get("on_delete"), options.get("on_update"))


def _check_version(declaration: ColumnDef[Any, Any]) -> None:
    options = declaration.options
    if declaration.sql_type.kind not in {FieldType.INTEGER, FieldType.BIGINT} or declaration.generated is not None:
        raise SchemaError(f"a version is a t.integer or a t.bigint that an UPDATE counts, not {declaration.sql_type}")
    if declaration.is_nullable:
        raise SchemaError("a version is never NULL")
    if not is_whole_number(options.get("default")):
        raise SchemaError("a version has a default, the number of a new row: default=1")
    for option in ("primary_key", "on_update", "references", "unique"):
        if options.get(option, False) is not False:
            raise SchemaError(f"a version is counted by every UPDATE: it has no {option}")


def check_method(using: object) -> None:
    """Raise SchemaError for a kind of index that PostgreSQL has not."""
    if not (isinstance(using, str) and using in _METHODS):
        raise SchemaError(f"an index is a B-tree, or one of {', '.join(sorted(_METHODS))}")


def check_actions(on_delete: object, on_update: object) -> None:
    """Raise SchemaError where a foreign key has an action that PostgreSQL has not."""
    for option, action in (("on_delete", on_delete), ("on_update", on_update)):
        if action is not None and not (isinstance(action, str) and action in _ACTIONS):
            raise SchemaError(f"{option} of a foreign key is one of {', '.join(sorted(_ACTIONS))}")


def _check_generated(options: ColumnOptions[Any], generated: Generated | None) -> None:
    if not callable(options.get("generated_as")):
        raise SchemaError("generated_as takes a lambda that returns an expression over the same table")
    written = [option for option in ("default", "on_update") if option in options]
    if written or generated is not None:
        raise SchemaError(f"a column that is generated from others has no {written[0] if written else 'number'}")
