"""Write the overloads for every number of items, from 1 to 16: types cannot map a list of unknown length.

`python .ci/arity.py` writes the files, `python .ci/arity.py --check` fails where one is not what would be written.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1] / "ferra_sync"
MOST = 16
WIDTH = 116  # Some stand one step further in.

HEAD = '''"""{doc} Written by .ci/arity.py."""

from __future__ import annotations

{imports}

# fmt: off

{body}
'''


def numbered(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(1, count + 1)]


def signature(name: str, parameters: list[str], result: str) -> Iterator[str]:
    """Yield the lines of one overload in a class."""
    yield "    @overload"
    line = f"    def {name}({', '.join(parameters)}) -> {result}: ..."
    if len(line) <= WIDTH:
        yield line
        return
    yield f"    def {name}("
    yield from filled(parameters)
    last = f"    ) -> {result}: ..."
    if len(last) <= WIDTH:
        yield last
        return
    opening, rest = result.split("[", 1)
    yield f"    ) -> {opening}["
    yield from filled(rest.removesuffix("]").split(", "))
    yield "    ]: ..."


def filled(parts: Iterable[str]) -> list[str]:
    """Return lines, indented by eight, of as many of the parts as there is room for."""
    indent = " " * 8
    text = ", ".join(part.replace(" ", "\0") for part in parts)
    wrapped = textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
    return [line.replace("\0", " ") for line in wrapped]


def base(name: str, generic: str, doc: str, methods: Iterable[str], *, slots: bool = True) -> str:
    lines = [
        f"class {name}({generic}):",
        f'    """{doc}"""',
        "",
        *(["    __slots__ = ()", ""] if slots else []),
        *methods,
    ]
    return "\n".join(lines)


def declared(names: Iterable[str], options: str = "") -> str:
    return "\n".join(f'{name} = TypeVar("{name}"{options})' for name in names)


# Queries: what select and returning take


def row(count: int) -> str:
    return "T1" if count == 1 else f"tuple[{', '.join(numbered('T', count))}]"


def items(scope: str, group: str, count: int) -> list[str]:
    return ["self", *(f"i{n}: Selectable[{scope}, T{n}, {group}]" for n in range(1, count + 1)), "/"]


def chosen(method: str, scope: str, group: str, result: str) -> Iterator[str]:
    for count in range(1, MOST + 1):
        yield from signature(method, items(scope, group, count), result.format(row(count)))


SELECT = '''
    def select(self, *items: Any) -> Select[Any, Any, Any]:
        """Choose what a row is: one item, or a tuple of several; a model class, a column or an expression each."""
        return selected(Select, self, items)'''

SELECT_GROUPS = '''
    def select(self, *items: Any) -> Select[Any, Any, Any]:
        """Choose what a row is, of the group's keys and of aggregates.

        Raises:
            QueryError: when the query is compiled, and a column is neither in group_by nor inside an aggregate.
        """
        return selected(Select, self, items)'''

RETURNING = '''
    def returning(self, *items: Any) -> Returning[Any]:
        """Return the rows as they are after the write (a DELETE: as they were): one item, or a tuple of several.

        Beside the table these may be of what else the write reads. `old(…)` and `new(…)` are a column or a model before
        and after the write, where the server is PostgreSQL 18: before an INSERT and after a DELETE there is none, and
        they are `maybe(old(…))`, `maybe(new(…))`.
        """
        return returned(self, items)'''


def inner(select: str) -> str:
    """Return the implementation of `select` as a subquery has it."""
    return select.replace("Select[Any, ", "CorrelatedSelect[Any, Any, ").replace("(Select, ", "(CorrelatedSelect, ")


SELECT_ITSELF = '''
def select(item: Any, *items: Any) -> Select[Any, Any, Any]:
    """Select one model, column or expression from its own table, or items that need no table.

    Raises:
        QueryError: several items are of a table, or one is of several tables; say `from_(table)` then.
    """
    if not items and isinstance(item, type):
        return whole(item)
    return selection_of((item, *items))'''

QUERY_IMPORTS = """\
from typing import Any, Generic, TypeVar, overload

from ferra_sync._expression.markers import Opt, Plain, PlainOrAggregate
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import App, Sel
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.select import Select, selected
from ferra_sync._query.writes import Returning, Write, returned"""


def query() -> str:
    select = "Select[Sel, App, {}]"
    plain = [*chosen("select", "Sel | Opt[App]", "PlainOrAggregate", select), SELECT[1:]]
    grouped = [*chosen("select", "Sel | Opt[App]", "Any", select), SELECT_GROUPS[1:]]
    returning = [*chosen("returning", "Sel | Opt[App]", "Plain", "Returning[{}]"), RETURNING[1:]]
    classes = [
        declared(numbered("T", MOST)),
        base(
            "Selecting", "Clauses[Sel, App]", "Rows whose items are to be chosen, all plain or all aggregates.", plain
        ),
        base("SelectingGroups", "Clauses[Sel, App]", "Groups whose items are to be chosen.", grouped),
        base(
            "Changing", "Write, Generic[Sel, App]", "A write that may return what it has written and read.", returning
        ),
    ]
    doc = f"The items of `select` and of `returning`, up to {MOST}."
    return HEAD.format(doc=doc, imports=QUERY_IMPORTS, body=spaced(classes))


FROM_QUERY = '''
    def from_query(self, query: Combinable[Any, Any], *columns: Any) -> Self:
        """Insert the rows of a query, its items into these columns; without any, into all that can be written.

        The other columns have their defaults. The query's WITH becomes the INSERT's, so that it may write.

        Raises:
            QueryError: the items are not the columns' by number, type or nullability; a column is not the table's, is
                there twice or is the server's own to write; or one that must be given is missing.
        """
        return self._from_query(query, columns)

    @abstractmethod
    def _from_query(self, query: object, columns: tuple[object, ...]) -> Self: ...'''

FILLING_IMPORTS = """\
from abc import abstractmethod
from typing import Any, Generic, Self, TypeVar, overload

from ferra_sync._expression.column import Storing
from ferra_sync._expression.markers import In, New, Old
from ferra_sync._expression.typevars import S
from ferra_sync._query.arity import Changing
from ferra_sync._query.set_operations import Combinable"""


def filling() -> str:
    lines: list[str] = list(signature("from_query", ["self", "query: Combinable[Any, Any]", "/"], "Self"))
    for count in range(1, MOST + 1):
        columns = [f"c{n}: Storing[S, T{n}]" for n in range(1, count + 1)]
        given = ["self", f"query: Combinable[Any, {row(count)}]", *columns, "/"]
        lines += signature("from_query", given, "Self")
    changing = "Changing[In[S] | New[In[S]], Old[In[S]]], Generic[S]"
    classes = [
        declared(numbered("T", MOST)),
        base(
            "Filling",
            changing,
            "An INSERT into the table S that may take the rows of a query.",
            [*lines, FROM_QUERY[1:]],
        ),
    ]
    doc = f"The columns of `from_query`, up to {MOST}."
    return HEAD.format(doc=doc, imports=FILLING_IMPORTS, body=spaced(classes))


INNER_IMPORTS = """\
from typing import Any, Generic, TypeVar, overload

from ferra_sync._expression.markers import Opt, Plain, PlainOrAggregate
from ferra_sync._expression.rows import Inner
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import App, S_co, Sel
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.select import selected
from ferra_sync._query.selection import CorrelatedSelect"""


def correlated() -> str:
    select = "CorrelatedSelect[Sel, App, {}, S_co]"
    plain = [*chosen("select", "Sel | Opt[App]", "PlainOrAggregate", select), inner(SELECT)[1:]]
    grouped = [*chosen("select", "Sel | Opt[App]", "Any", select), inner(SELECT_GROUPS)[1:]]
    bases = "Clauses[Sel, App], Inner[S_co, Plain], Generic[Sel, App, S_co]"
    classes = [
        declared(numbered("T", MOST)),
        base("SelectingInner", bases, "Rows inside another query whose items are to be chosen.", plain),
        base("SelectingInnerGroups", bases, "Groups inside another query whose items are to be chosen.", grouped),
    ]
    doc = f"The items of `select` inside another query, up to {MOST}."
    return HEAD.format(doc=doc, imports=INNER_IMPORTS, body=spaced(classes))


CONSTANT_IMPORTS = """\
from typing import Any, Never, TypeVar, overload

from ferra_sync._expression.markers import Plain
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import S, T
from ferra_sync._query.select import Select, selection_of, whole"""


def constants() -> str:
    one = "@overload\ndef select(item: Selectable[S, T, Plain]) -> Select[S, S, T]: ..."
    several = (
        line
        for count in range(2, MOST + 1)
        for line in signature("select", items("Never", "Plain", count)[1:], f"Select[Never, Never, {row(count)}]")
    )
    body = "\n".join([one, *(line.removeprefix("    ") for line in several), SELECT_ITSELF[1:]])
    doc = f"`select`: an item of one table, or up to {MOST} that need none."
    return HEAD.format(doc=doc, imports=CONSTANT_IMPORTS, body=spaced([declared(numbered("T", MOST)), body]))


# Functions: what declared ones take


def joined(letter: str, count: int) -> str:
    return " | ".join(numbered(letter, count))


def called(count: int) -> Iterator[str]:
    """Yield the overloads of a function's call: of expressions, and of an expression and values."""
    expressions = [f"a{n}: Selectable[S{n}, A{n}_contra, G{n}]" for n in range(1, count + 1)]
    result = f"Expr[{joined('S', count)}, R_co, N_co, {joined('G', count)}]"
    lines = list(signature("__call__", ["self", *expressions, "/"], result))
    if count == 1:  # One argument is no value: nothing to overload.
        yield from lines[1:]
        return
    yield from lines
    values = [f"a{n}: A{n}_contra" for n in range(2, count + 1)]
    yield from signature("__call__", ["self", expressions[0], *values, "/"], "Expr[S1, R_co, N_co, G1]")


def aggregated(count: int) -> Iterator[str]:
    """Yield the overloads of an aggregate's call, each in no order and in one."""
    expressions = [
        "a1: Selectable[S1, A1_contra, Plain]",
        *(f"a{n}: Selectable[S{n}, A{n}_contra, Any]" for n in range(2, count + 1)),
    ]
    values = [expressions[0], *(f"a{n}: A{n}_contra" for n in range(2, count + 1))]
    ways = [(expressions, f"Opt[{joined('S', count)}]"), *([(values, "Opt[S1]")] if count > 1 else [])]
    for parameters, tables in ways:
        given = ["self", *parameters, "/", "*", "distinct: bool = ..."]
        yield from signature("__call__", given, f"Aggregated[{tables}, R_co, N_co]")
        given.append("order_by: Orders[O1, Plain, O2, O3, O4]")
        yield from signature("__call__", given, f"Aggregated[{tables} | O1 | O2 | O3 | O4, R_co, N_co]")


def protocol(kind: str, count: int, doc: str, lines: list[str]) -> str:
    generic = ", ".join([*(f"A{n}_contra" for n in range(1, count + 1)), "R_co", "N_co"])
    header = f"class {kind}{count}(Protocol[{generic}]):"
    if len(header) > WIDTH:
        header = "\n".join(
            [f"class {kind}{count}(", *(line[4:] for line in filled(f"Protocol[{generic}]".split(", "))), "):"]
        )
    return "\n".join([header, f'    """{doc}"""', "", *lines])


def declaring(kind: str, counts: Iterable[int]) -> Iterator[str]:
    for count in counts:
        arguments = [f"a{n}: Accepting[A{n}]" for n in range(1, count + 1)]
        parameters = [
            "self",
            "name: str",
            *arguments,
            "/",
            "*",
            "returns: HasSqlType[R, N]",
            "schema: str | None = ...",
        ]
        made = ", ".join([*numbered("A", count), "R", "N"])
        yield from signature("__call__", parameters, f"{kind}{count}[{made}]")


def functions() -> str:
    nullary = ["    def __call__(self) -> Expr[Never, R_co, N_co, Never]: ..."]
    doc = "A declared {} of {} arguments; all but the first may be values."
    classes = [
        declared((f"A{n}_contra" for n in range(1, MOST + 1)), ", contravariant=True"),
        declared(numbered("S", MOST)),
        declared(numbered("G", MOST)),
        protocol("Function", 0, "A declared function without arguments.", nullary),
        protocol("Function", 1, "A declared function of one argument.", list(called(1))),
        *(protocol("Function", n, doc.format("function", n), list(called(n))) for n in range(2, MOST + 1)),
        protocol("Aggregate", 1, "A declared aggregate of one argument.", list(aggregated(1))),
        protocol("Aggregate", 2, doc.format("aggregate", 2), list(aggregated(2))),
    ]
    imports = """from typing import Any, Never, Protocol, TypeVar, overload

from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import N_co, R_co
from ferra_sync._expression.window import O1, O2, O3, O4, Orders"""
    return HEAD.format(doc=f"Declared functions of up to {MOST} arguments.", imports=imports, body=spaced(classes))


def declarations() -> str:
    kinds = ["Aggregate1", "Aggregate2", *(f"Function{n}" for n in range(MOST + 1))]
    classes = [
        declared(numbered("A", MOST)),
        base("DeclareFunction", "Protocol", "What `function` is.", declaring("Function", range(MOST + 1)), slots=False),
        base("DeclareAggregate", "Protocol", "What `aggregate` is.", declaring("Aggregate", (1, 2)), slots=False),
    ]
    names = "\n".join(f"    {kind}," for kind in kinds)
    imports = f"""from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

from ferra_sync._expression.sqltypes import Accepting, HasSqlType
from ferra_sync._expression.typevars import N, R

if TYPE_CHECKING:
    from ferra_sync._expression.declared_functions import (
{textwrap.indent(names, "    ")}
    )"""
    # To make the classes takes a millisecond of the import, and the checkers alone ask for them.
    body = textwrap.indent(spaced(classes), "    ")
    absent = "else:\n    DeclareFunction = DeclareAggregate = Any"
    doc = f"How functions of up to {MOST} arguments are declared."
    return HEAD.format(doc=doc, imports=imports, body=f"if TYPE_CHECKING:\n{body}\n{absent}")


def compared(count: int) -> Iterator[str]:
    """Yield the overloads of `row`: of expressions, and of values."""
    tuples = [", ".join(numbered("T", count)), ", ".join(f"T{n} | None" for n in range(1, count + 1))]
    expressions = [f"i{n}: Comparable[S{n}, T{n}, N, G]" for n in range(1, count + 1)]
    overload, opening, *rest = signature(
        "row", [*expressions, "/"], ROW_OF.format(joined("S", count), *tuples, "N", "G")
    )
    yield from (overload, f"{opening}{AMBIGUOUS}", *rest)
    values = [f"i{n}: T{n}" for n in range(1, count + 1)]
    yield from signature("row", [*values, "/"], ROW_OF.format("Never", *tuples, "Never", "Never"))


AMBIGUOUS = "  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - T could be an Expr"
ROW_OF = "Row[{}, tuple[{}], tuple[{}], {}, {}]"

ROW_ITSELF = '''
def row(*items: Any) -> AnyRow:
    """Several columns and expressions, or values for such, to compare with another row as one, the first items first.

    Raises:
        QueryError: there are not 2 to 16 items.
    """
    return Row(items)'''

ROW_IMPORTS = """\
from typing import Any, Never, TypeVar, overload

from ferra_sync._expression.row import AnyRow, Row
from ferra_sync._expression.selectable import Comparable
from ferra_sync._expression.typevars import G, N"""


def compared_rows() -> str:
    overloads = [line.removeprefix("    ") for count in range(2, MOST + 1) for line in compared(count)]
    names = declared([*numbered("S", MOST), *numbered("T", MOST)])
    return HEAD.format(
        doc=f"`row`, of 2 to {MOST} items.",
        imports=ROW_IMPORTS,
        body=spaced([names, "\n".join([*overloads, ROW_ITSELF[1:]])]),
    )


def spaced(classes: list[str]) -> str:
    return "\n\n\n".join(classes)


FILES = {
    ROOT / "_query" / "arity.py": query,
    ROOT / "_query" / "correlated_arity.py": correlated,
    ROOT / "_query" / "select_arity.py": constants,
    ROOT / "_query" / "insert_arity.py": filling,
    ROOT / "_expression" / "declared_functions.py": functions,
    ROOT / "_expression" / "declaring.py": declarations,
    ROOT / "_expression" / "row_arity.py": compared_rows,
}


def main() -> int:
    """Write the files, or check them; return how many are not current."""
    stale = [path for path, text in FILES.items() if not path.exists() or path.read_text(encoding="utf-8") != text()]
    for path in stale:
        sys.stderr.write(f"{path.relative_to(ROOT.parent)} is not current: python .ci/arity.py\n")
        if "--check" not in sys.argv:
            path.write_text(FILES[path](), encoding="utf-8")
    return len(stale) if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
