"""The terms of SQL that PyPika lacks, or writes so that they mean something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pypika.dialects import PostgreSQLQueryBuilder
from pypika.queries import Selectable
from pypika.terms import Case, Term

from ferra_sync._expression.arrays import MAX_DEPTH
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import FunctionRef

TEMPLATES: Final = {
    "=": "({} = {})",
    "<>": "({} <> {})",
    "<": "({} < {})",
    "<=": "({} <= {})",
    ">": "({} > {})",
    ">=": "({} >= {})",
    "is distinct from": "({} IS DISTINCT FROM {})",
    "is not distinct from": "({} IS NOT DISTINCT FROM {})",
    "= any": "({} = ANY({}))",
    "<> all": "({} <> ALL({}))",
    "between": "({} BETWEEN {} AND {})",
    "is null": "({} IS NULL)",
    "is not null": "({} IS NOT NULL)",
    "not": "(NOT {})",
    "neg": "(- {})",
    "+": "({} + {})",
    "-": "({} - {})",
    "*": "({} * {})",
    "/": "({} / {})",
    "%": "({} % {})",
    "&": "({} & {})",
    "|": "({} | {})",
    "#": "({} # {})",
    "bit not": "(~ {})",
    "||": "({} || {})",
    "array ||": "({} || {})",
    "->": "({} -> {})",
    "->>": "({} ->> {})",
    "#-": "({} #- {})",
    "@>": "({} @> {})",
    "<@": "({} <@ {})",
    "&&": "({} && {})",
    "?": "({} ? {})",
    "?|": "({} ?| {})",
    "?&": "({} ?& {})",
    **{"[]" * depth: "({})" + "[{}]" * depth for depth in range(1, MAX_DEPTH + 1)},
    "[n:n]": "({})[{}:{}]",
    "[n:]": "({})[{}:]",
    "[:n]": "({})[:{}]",
    "-|-": "({} -|- {})",
    "<<": "({} << {})",
    ">>": "({} >> {})",
    "&<": "({} &< {})",
    "&>": "({} &> {})",
    "@@": "({} @@ {})",
    "!!": "(!! {})",
    "<->": "({} <-> {})",
    "like": "({} LIKE {})",
    "ilike": "({} ILIKE {})",
    "~": "({} ~ {})",
    "~*": "({} ~* {})",
    "in rows": "({} IN (SELECT * FROM unnest{}))",
    "in": "({} IN {})",
    "not in": "({} NOT IN {})",
    "exists": "EXISTS {}",
    "array": "ARRAY{}",
    "once": "(SELECT {})",
    "stamp": "(CASE WHEN {0} IS NOT DISTINCT FROM {1} THEN {2} ELSE {1} END)",
    "stamp json": "(CASE WHEN {0}::jsonb IS NOT DISTINCT FROM {1}::jsonb THEN {2} ELSE {1} END)",
}
"""Each operator in brackets of its own: nothing depends on who binds tighter."""


_SYNTAX: Final = frozenset({"coalesce", "greatest", "grouping", "least", "nullif"})
_KEYWORDS: Final = frozenset({"current_date", "current_timestamp", "localtimestamp"})
"""Functions that are called without brackets."""


class Placeholder(Term):
    """`$n::type`."""

    def __init__(self, number: int, cast: str) -> None:
        super().__init__()
        self._sql = f"${number}::{cast}"

    def get_sql(self, **_kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        return self._sql


class Template(Term):
    """A text of ours with terms in its places."""

    def __init__(self, template: str, *terms: Term) -> None:
        super().__init__()
        self._template = template
        self._terms = terms

    def get_sql(self, **kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        return self._template.format(*(term.get_sql(**kwargs) for term in self._terms))


class Chain(Term):
    """Terms with a text between them, all in brackets."""

    def __init__(self, between: str, terms: Sequence[Term]) -> None:
        super().__init__()
        self._between = between
        self._terms = terms

    def get_sql(self, **kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        return f"({self._between.join(term.get_sql(**kwargs) for term in self._terms)})"


def listed(terms: Iterable[Term]) -> Term:
    """Return terms with commas between them."""
    each = list(terms)
    return Template(", ".join(["{}"] * len(each)), *each)


class Subquery(Term):
    """A whole SELECT in brackets, which takes nothing over from the statement around it."""

    def __init__(self, builder: Any) -> None:  # noqa: ANN401 - PyPika's builder
        super().__init__()
        self._builder = builder

    def get_sql(self, **_kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        return f"({self._builder.get_sql()})"


class Call(Term):
    """A function's call; PyPika does not quote a function's name."""

    def __init__(
        self, function: FunctionRef, arguments: Sequence[Term], *, distinct: bool = False, orders: Sequence[Term] = ()
    ) -> None:
        super().__init__()
        self._function = function
        self._arguments = arguments
        self._distinct = "DISTINCT " if distinct else ""
        self._orders = orders

    def get_sql(self, **kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        if not self._arguments and self._function.schema is None and self._function.name in _KEYWORDS:
            return self._function.name
        arguments = ", ".join(argument.get_sql(**kwargs) for argument in self._arguments)
        orders = ", ".join(order.get_sql(**kwargs) for order in self._orders)
        sorted_by = f" ORDER BY {orders}" if orders else ""
        return f"{function_name(self._function)}({self._distinct}{arguments}{sorted_by})"


def function_name(function: FunctionRef) -> str:
    """Return the quoted name; what is syntax to PostgreSQL cannot be quoted."""
    if function.schema is not None:
        return f"{quoted(function.schema)}.{quoted(function.name)}"
    return function.name if function.name in _SYNTAX else quoted(function.name)


def operator_name(operator: FunctionRef) -> str:
    """Return the symbol; it has been checked, and is never quoted."""
    return operator.name if operator.schema is None else f"OPERATOR({quoted(operator.schema)}.{operator.name})"


def case_term(parts: Sequence[Term]) -> Term:
    """Return `CASE WHEN … THEN … ELSE … END` of its predicates and values in turn, and of the last where it is left."""
    case = Case()
    for predicate, value in zip(parts[::2], parts[1::2], strict=False):
        case = case.when(predicate, value)
    return case.else_(parts[-1]) if len(parts) % 2 else case


class Raw(Term):
    """A keyword of our own."""

    def __init__(self, sql: str) -> None:
        super().__init__()
        self._sql = sql

    def get_sql(self, **_kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        return self._sql


class Unnest(Selectable):
    """`unnest($1::integer[], …) WITH ORDINALITY AS "rows"("c1", …, "ordinal")`, several arrays as one table."""

    ALIAS: Final = "rows"
    ORDINAL: Final = "ordinal"

    def __init__(self, arrays: Sequence[Term], *, beside: str = "") -> None:
        """Unnest `arrays`; where a table is called so that stands `beside` them, they are called otherwise."""
        self._name = self.ALIAS if beside != self.ALIAS else f"given {self.ALIAS}"
        super().__init__(self._name)
        self._arrays = arrays

    def column(self, number: int) -> Term:
        """Return the column that the array at `number`, counted from 0, becomes."""
        return Raw(f'"{self._name}"."{self.name(number)}"')

    @staticmethod
    def name(number: int) -> str:
        """Return the name of that column."""
        return f"c{number + 1}"

    @property
    def ordinal(self) -> Term:
        """The row's place in the arrays, counted from 1."""
        return Raw(f'"{self._name}"."{self.ORDINAL}"')

    def get_sql(self, **kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        arrays = ", ".join(array.get_sql(**kwargs) for array in self._arrays)
        names = ", ".join(f'"{self.name(number)}"' for number in range(len(self._arrays)))
        return f'unnest({arrays}) WITH ORDINALITY AS "{self._name}"({names}, "{self.ORDINAL}")'


class Joined(Selectable):
    """A table and those joined to it, as FROM of an UPDATE and USING of a DELETE have them."""

    def __init__(self, first: Any, joins: Sequence[tuple[str, Any, Term | None]]) -> None:  # noqa: ANN401 - PyPika's tables
        super().__init__(first.alias)
        self._first = first
        self._joins = joins

    def get_sql(self, **kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        text: str = self._first.get_sql(**kwargs)
        for words, table, on in self._joins:
            text += f" {words} JOIN {table.get_sql(**kwargs)}{'' if on is None else f' ON {on.get_sql()}'}"
        return text


class Builder(PostgreSQLQueryBuilder):
    """PyPika's builder for PostgreSQL; LIMIT, OFFSET, ON CONFLICT and what stands for VALUES are terms of ours."""

    overriding: str | None = None
    """Whose value of an identity an INSERT drops."""
    conflict: Term | None = None

    def inserting(self, rows: Any) -> Any:  # noqa: ANN401 - a term, or a builder
        """Return the builder of an INSERT that writes this instead of VALUES."""
        self._values = [rows]
        return self

    def _values_sql(self, **kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        first = self._values[0]
        return super()._values_sql(**kwargs) if isinstance(first, (list, tuple)) else f" {first.get_sql()}"

    def _columns_sql(self, with_namespace: bool = False, **kwargs: Any) -> str:  # noqa: ANN401, FBT001, FBT002 - PyPika's
        overriding = "" if self.overriding is None else f" OVERRIDING {self.overriding} VALUE"
        return super()._columns_sql(with_namespace, **kwargs) + overriding

    def _on_conflict_sql(self, **_kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        return "" if self.conflict is None else f" ON CONFLICT {self.conflict.get_sql()}"

    _limit: Any
    _offset: Any
    _for_update: Any

    def _limit_sql(self) -> str:
        return f" LIMIT {self._limit.get_sql()}"

    def _offset_sql(self) -> str:
        return f" OFFSET {self._offset.get_sql()}"

    def _for_update_sql(self, **_kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        return f" {self._for_update.get_sql()}"
