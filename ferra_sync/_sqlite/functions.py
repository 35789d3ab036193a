"""The functions and aggregates that SQLite serves, each exactly as PostgreSQL has it; what is not named is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ferra_sync._sqlite.given import refused
from ferra_sync._sqlite.numbers import Lowered, common, compared, computed, decimal, fitted
from ferra_sync._sqlite.storage import (
    BIGINT,
    BOOLEAN,
    DECIMAL,
    FLOAT,
    INTEGER,
    MOMENT,
    TEXT,
    UUID_TEXT,
    Storage,
    summed,
)

Operands = Sequence[Lowered]
_EXACT: Final = frozenset({"number", "decimal"})
_LETTERS: Final = frozenset({"lower", "upper", "initcap"})


def check_equal(storage: Storage, what: str) -> None:
    """Raise QueryError where SQLite takes for different what PostgreSQL takes for equal, or the other way."""
    if not storage.equal:
        raise refused(f"{what} of {storage.family}")


def check_order(storage: Storage, what: str) -> None:
    """Raise QueryError where SQLite sorts values otherwise than PostgreSQL."""
    check_equal(storage, what)
    if not storage.ordered:
        raise refused(f"{what} of {storage.family}")


def function_of(name: str, arguments: Operands) -> Lowered:
    """Return the call of a function; QueryError where SQLite serves none such."""
    if name in _LETTERS:
        raise refused(f"{name}(…), whose letters each server has of its own")
    make = _FUNCTIONS.get(name)
    if make is None:
        raise refused(f"{name}(…)")
    return make(arguments)


def _template(template: str, returns: Storage, *families: str) -> Callable[[Operands], Lowered]:
    """Return what makes a call of a text: of arguments of these families, as many as the text has places at most."""

    def made(arguments: Operands) -> Lowered:
        for argument, family in zip(arguments, families, strict=False):
            if argument.storage.family != family:
                raise refused(f"{template.partition('(')[0].removeprefix('ferra_')} of {argument.storage.family}")
        sqls = [argument.sql for argument in arguments]
        listed = ", ".join(sqls)
        return Lowered(template.format(*sqls, listed=listed), returns)

    return made


def _text(name: str, *families: str) -> Callable[[Operands], Lowered]:
    return _template(f"{name}({{listed}})", TEXT, "text", *families)


def _numeric(name: str) -> Callable[[Operands], Lowered]:
    """Return what makes a call over a numeric, and over a number of digits."""

    def made(arguments: Operands) -> Lowered:
        number, *digits = arguments
        if number.storage.family not in _EXACT:
            raise refused(f"{name.removeprefix('ferra_')} of {number.storage.family}")
        listed = ", ".join([decimal(number), *(each.sql for each in digits)])
        return Lowered(f"{name}({listed})", DECIMAL)

    return made


def _to_whole(name: str) -> Callable[[Operands], Lowered]:
    """Return what makes a call of `round` or `trunc`, which say 0 digits where they say nothing."""
    return lambda arguments: _numeric(name)([*arguments, Lowered("0", INTEGER)][:2])


def _absolute(arguments: Operands) -> Lowered:
    (number,) = arguments
    sql, storage = number
    if storage.bits:
        positive = Lowered(f"(CASE WHEN {sql} < 0 THEN -1 ELSE 1 END)", storage)
        return computed("*", number, positive)
    if storage.family in {"float", "float4"}:
        return Lowered(f"abs({sql})", storage)
    return _numeric("ferra_abs")(arguments)


def _operator(op: str) -> Callable[[Operands], Lowered]:
    return lambda arguments: computed(op, arguments[0], arguments[1])


def _divisible(name: str) -> Callable[[Operands], Lowered]:
    """Return what makes a call over two whole numbers."""

    def made(arguments: Operands) -> Lowered:
        if not all(argument.storage.bits for argument in arguments):
            raise refused(f"{name} of numerics")
        return computed(name, arguments[0], arguments[1])

    return made


def _divided(arguments: Operands) -> Lowered:
    over, under = map(decimal, arguments)
    return Lowered(f"ferra_div({over}, {under})", DECIMAL)


def _alike(arguments: Operands) -> tuple[list[str], Storage]:
    """Return expressions as they are kept together."""
    storage = common(argument.storage for argument in arguments)
    return [fitted(argument, storage) for argument in arguments], storage


def _coalesce(arguments: Operands) -> Lowered:
    sqls, storage = _alike(arguments)
    return Lowered(f"coalesce({', '.join(sqls)})", storage)


def _nullif(arguments: Operands) -> Lowered:
    sqls, storage = _alike(arguments)
    check_equal(storage, "nullif")
    value, other = sqls
    return Lowered(f"nullif({compared(Lowered(value, storage), other)}, {other})", storage)


def _extreme(name: str, native: str) -> Callable[[Operands], Lowered]:
    """Return what makes a call of `greatest` or `least`: SQLite's are NULL where one argument is."""

    def made(arguments: Operands) -> Lowered:
        sqls, storage = _alike(arguments)
        check_order(storage, name)
        if len(sqls) == 1:
            return Lowered(sqls[0], storage)
        given = [f"coalesce({', '.join([each, *sqls])})" for each in sqls]
        first = compared(Lowered(given[0], storage))
        return Lowered(f"{native}({', '.join([first, *given[1:]])})", storage)

    return made


def _concat(arguments: Operands) -> Lowered:
    parts = [f"coalesce({_of_text('concat', each)}, '')" for each in arguments]
    return Lowered(f"({' || '.join(parts)})", TEXT)


def _concat_ws(arguments: Operands) -> Lowered:
    listed = ", ".join(_of_text("concat_ws", each) for each in arguments)
    return Lowered(f"ferra_concat_ws({listed})", TEXT)


def _of_text(name: str, term: Lowered) -> str:
    if term.storage.family != "text":
        raise refused(f"{name} of {term.storage.family}")
    return term.sql


_FUNCTIONS: Final[dict[str, Callable[[Operands], Lowered]]] = {
    "now": _template("ferra_now()", MOMENT),
    "gen_random_uuid": _template("ferra_uuid()", UUID_TEXT),
    "coalesce": _coalesce,
    "nullif": _nullif,
    "greatest": _extreme("greatest", "max"),
    "least": _extreme("least", "min"),
    "abs": _absolute,
    "sign": _numeric("ferra_sign"),
    "round": _to_whole("ferra_round"),
    "trunc": _to_whole("ferra_trunc"),
    "ceil": _numeric("ferra_ceil"),
    "floor": _numeric("ferra_floor"),
    "mod": _operator("%"),
    "gcd": _divisible("gcd"),
    "lcm": _divisible("lcm"),
    "div": _divided,
    "length": _template("length({0})", INTEGER, "text"),
    "char_length": _template("length({0})", INTEGER, "text"),
    "strpos": _template("instr({0}, {1})", INTEGER, "text", "text"),
    "starts_with": _template("(substr({0}, 1, length({1})) = {1} COLLATE BINARY)", BOOLEAN, "text", "text"),
    "replace": _text("replace", "text", "text"),
    "btrim": _text("trim", "text"),
    "ltrim": _text("ltrim", "text"),
    "rtrim": _text("rtrim", "text"),
    "substring": _text("ferra_substring", "number", "number"),
    "left": _text("ferra_left", "number"),
    "right": _text("ferra_right", "number"),
    "split_part": _text("ferra_split_part", "text", "number"),
    "lpad": _text("ferra_lpad", "number", "text"),
    "rpad": _text("ferra_rpad", "number", "text"),
    "repeat": _text("ferra_repeat", "number"),
    "reverse": _text("ferra_reverse"),
    "concat": _concat,
    "concat_ws": _concat_ws,
}


# Over many rows


def aggregate_of(name: str, arguments: Operands, *, distinct: str = "", kept: str = "", over: str = "") -> Lowered:
    """Return the call of an aggregate or of a window function; QueryError where SQLite serves none such.

    Args:
        name: the function's.
        arguments: what it takes.
        distinct: `DISTINCT `, or nothing.
        kept: the predicate of FILTER, or nothing.
        over: OVER with its window, or nothing.
    """
    rows = f"{f' FILTER (WHERE {kept})' if kept else ''}{over}"
    match name, arguments:
        case "count", operands:
            return _count(operands, distinct, rows)
        case "min" | "max", [operand]:
            check_order(operand.storage, name)
            return Lowered(f"{name}({compared(_kept(operand, kept))}){over}", operand.storage)
        case "bool_and" | "every" | "bool_or", [operand]:
            return Lowered(f"{'max' if name == 'bool_or' else 'min'}({_kept(operand, kept).sql}){over}", BOOLEAN)
        case "sum", [operand]:
            return _sum(operand, distinct, rows)
        case "avg", [operand]:
            count = aggregate_of("count", arguments, distinct=distinct, kept=kept, over=over)
            return computed("/", Lowered(decimal(_sum(operand, distinct, rows)), DECIMAL), count)
        case _ if over and name in _WINDOWS:
            return _over(name, arguments, rows)
        case _:
            raise refused(f"{name}(…)")


def _count(operands: Operands, distinct: str, rows: str) -> Lowered:
    for operand in operands if distinct else ():
        check_equal(operand.storage, "count(DISTINCT …)")
    return Lowered(f"count({distinct}{''.join(map(compared, operands)) or '*'}){rows}", BIGINT)


def _kept(operand: Lowered, predicate: str) -> Lowered:
    """Return an operand, NULL where a predicate does not hold: over some frames SQLite's min and max have no FILTER."""
    sql, storage = operand
    return Lowered(f"CASE WHEN {predicate} THEN {sql} END", storage) if predicate else operand


def _sum(operand: Lowered, distinct: str, rows: str) -> Lowered:
    match operand.storage.family:
        case "number":
            return Lowered(f"sum({distinct}{operand.sql}){rows}", summed(operand.storage))
        case "decimal" if " OVER " not in rows:
            return Lowered(f"ferra_sum({distinct}{compared(operand)}){rows}", DECIMAL)
        case "decimal":
            raise refused("sum of computed numerics over a window")
        case family:
            raise refused(f"sum of {family}, which depends on the order of the rows")


_WINDOWS: Final[dict[str, Storage | None]] = {
    "row_number": BIGINT,
    "rank": BIGINT,
    "dense_rank": BIGINT,
    "ntile": INTEGER,
    "percent_rank": FLOAT,
    "cume_dist": FLOAT,
    "lag": None,
    "lead": None,
    "first_value": None,
    "last_value": None,
    "nth_value": None,
}
"""How what a window function returns is kept; None: as its first argument."""


def _over(name: str, arguments: Operands, rows: str) -> Lowered:
    returns = _WINDOWS[name]
    if returns is not None:
        return Lowered(f"{name}({', '.join(each.sql for each in arguments)}){rows}", returns)
    value, *others = arguments
    if len(others) > 1:  # The default of lag and lead.
        (sql, default), storage = _alike([value, others[1]])
        return Lowered(f"{name}({sql}, {others[0].sql}, {default}){rows}", storage)
    return Lowered(f"{name}({', '.join(each.sql for each in arguments)}){rows}", value.storage)
