"""Random queries, said twice and compared: `python tests/compiler/differential.py --cases 36000` runs as many.

A case is a number: it is the same query each time, over the tables of its world, which are the seed's.
"""

from __future__ import annotations

import argparse
import datetime as dt
import enum
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import attrs
import psycopg

from ferra_sync import (
    Database,
    FerraDbError,
    GroupingSets,
    QueryError,
    SchemaError,
    cube,
    from_,
    grouping_sets,
    maybe,
    rollup,
)
from ferra_sync import functions as fn

sys.path.append(str(Path(__file__).parents[1]))  # where pytest finds what follows, and a script does not

import differential_containers as containers
import differential_subqueries as subqueries
from databases import fresh_database, server_in_memory
from differential_derived import derived, lateral
from differential_sources import KINDS, ORDERED, Source, Term, literal, random_source
from differential_terms import MAKERS, PREDICATES, Terms
from differential_windows import windowed
from none_in_rows import broken_promises

MAKERS.update({family: (*MAKERS[family], *makers) for family, makers in containers.MAKERS.items()})
PREDICATES.update(containers.PREDICATES)

CASES_OF_A_WORLD: Final = 250
_TABLES: Final = 4
_HASHED: Final = frozenset(ORDERED) | {"jsonb", "array"}


class Item(NamedTuple):
    """Something selected: what ferra_sync is given, and the columns of the judge's row that it is."""

    selected: Any
    columns: tuple[str, ...]
    model: bool = False
    """Whether it is a model; of one from an outer join's nullable side the last column says whether there is a row."""
    optional: bool = False


class Case(NamedTuple):
    """A query, said twice; `is_sorted`: the order of its rows is determined."""

    query: Any
    sql: str
    items: tuple[Item, ...]
    is_sorted: bool
    read: Callable[[Database, Any], Iterable[Any]] = Database.fetch_all


@attrs.frozen
class Begun:
    """A query before its select list, said twice: FROM, its joins and WHERE."""

    query: Any
    rest: str
    terms: Terms
    joined: Sequence[Source]
    nullable: dict[str, bool]
    is_filtered: bool


@attrs.frozen
class Writer:
    """Writes one random query."""

    dice: Random
    sources: Sequence[Source]

    def case(self) -> Case:
        one, *others = self.dice.sample(self.sources, self.dice.choice([1, 1, 1, 2, 2, 3]))
        one = self._or_derived(one, 0)
        query, tables, nullable = from_(one.rows), one.sql, {one.name: False}
        joined = [one]
        for number, source in enumerate(others, start=1):
            how = self.dice.choice(["inner", "left", "right", "full"])
            if how in {"inner", "left"} and self.dice.random() < 0.15:
                other = lateral(self.dice, source, number, self.dice.choice(joined))
            else:
                other = self._or_derived(source, number)
            on = self._on(self.dice.choice(joined), other)
            query = getattr(query, f"{how}_join")(other.rows, on=on.expr)
            tables += f" {how.upper()} JOIN {other.sql} ON {on.sql}"
            nullable = {name: was or how in {"right", "full"} for name, was in nullable.items()}
            nullable[other.name] = how in {"left", "full"}
            joined.append(other)
        terms = Terms(self.dice, [column for source in joined for column in source.columns])
        where = [terms.predicate() for _ in range(self.dice.choice([0, 0, 1, 1, 2]))]
        if self.dice.random() < 0.25:
            where.append(subqueries.predicate(self.dice, subqueries.inner(self.dice, self.sources, joined), terms))
        query = query.where(*(each.expr for each in where))
        clause = f" WHERE {' AND '.join(each.sql for each in where)}" if where else ""
        ways = [self._plain, self._plain, self._distinct, self._distinct_on, self._grouped, self._combined]
        make = self.dice.choice(ways)
        case = make(Begun(query, tables + clause, terms, joined, nullable, is_filtered=bool(where)))
        return case._replace(read=self.dice.choice(_READS)) if "LIMIT" not in case.sql else case

    def _or_derived(self, source: Source, number: int) -> Source:
        return derived(self.dice, source, number) if self.dice.random() < 0.25 else source

    def _on(self, one: Source, other: Source) -> Term:
        """Return an ON that PostgreSQL can join FULL by: an equality."""
        left, right = self.dice.choice([(one.columns[1], other.id), (one.id, other.columns[1])])
        return Term(left.expr == right.expr, f"({left.sql} = {right.sql})", KINDS["boolean"])

    def _items(self, begun: Begun) -> list[Item]:
        items = []
        for _ in range(self.dice.randint(1, 4)):
            if self.dice.random() < 0.3:
                source = self.dice.choice(begun.joined)
                items.append(_model_item(source, optional=begun.nullable[source.name]))
            elif self.dice.random() < 0.1:
                term = subqueries.value(self.dice, subqueries.inner(self.dice, self.sources, begun.joined))
                items.append(Item(term.expr, (term.sql,)))
            elif self.dice.random() < 0.2:
                term = windowed(self.dice, begun.terms, begun.joined)
                items.append(Item(term.expr, (term.sql,)))
            else:
                term = begun.terms.predicate() if self.dice.random() < 0.2 else begun.terms.any()
                items.append(Item(term.expr, (term.sql,)))
        return items

    def _plain(self, begun: Begun) -> Case:
        items = self._items(begun)
        orders = [*self._orders(begun.terms, self.dice.randint(0, 2)), *((each.id, "") for each in begun.joined)]
        query = begun.query.order_by(*(_order(term, way) for term, way in orders))
        sql = f"SELECT {_listed(items)} FROM {begun.rest} ORDER BY {_spelled(orders)}"
        if self.dice.random() < 0.3:
            limit, offset = self.dice.randint(0, 5), self.dice.randint(0, 3)
            query, sql = query.limit(limit).offset(offset), f"{sql} LIMIT {limit} OFFSET {offset}"
        return Case(query.select(*(item.selected for item in items)), sql, tuple(items), is_sorted=True)

    def _distinct(self, begun: Begun) -> Case:
        items = self._items(begun)
        query = begun.query.distinct().select(*(item.selected for item in items))
        return Case(query, f"SELECT DISTINCT {_listed(items)} FROM {begun.rest}", tuple(items), is_sorted=False)

    def _combined(self, begun: Begun) -> Case:
        items = tuple(self._items(begun))
        query, sql = self._part(begun, items)
        for _ in range(self.dice.randint(1, 3)):
            operator = self.dice.choice(_SET_OPERATORS)
            other, text = self._part(begun, items)
            if self.dice.random() < 0.3:
                query, sql, other, text = other, text, query, sql
            query = getattr(query, operator)(other)
            sql = f"({sql}) {operator.upper().strip('_').replace('_', ' ')} ({text})"
        return Case(query, sql, items, is_sorted=False)

    def _part(self, begun: Begun, items: Sequence[Item]) -> tuple[Any, str]:
        """Return a query of some of the rows."""
        predicate = begun.terms.predicate()
        query = begun.query.where(predicate.expr).select(*(item.selected for item in items))
        word = "AND" if begun.is_filtered else "WHERE"
        sql = f"SELECT {_listed(items)} FROM {begun.rest} {word} {predicate.sql}"
        if self.dice.random() < 0.3:
            number = self.dice.randint(0, 4)
            ids = [each.id for each in begun.joined]
            orders = ", ".join(each.sql for each in ids)
            query, sql = query.order_by(*(each.expr for each in ids)), f"{sql} ORDER BY {orders} LIMIT {number}"
            query = query.limit(number)
        return query, sql

    def _distinct_on(self, begun: Begun) -> Case:
        items = self._items(begun)
        on = self._keys(begun.terms)
        orders = [*((term, self.dice.choice(_WAYS)) for term in on), *((each.id, " DESC") for each in begun.joined)]
        query = begun.query.distinct(*(term.expr for term in on)).order_by(*(_order(term, way) for term, way in orders))
        spelled = ", ".join(term.sql for term in on)
        sql = f"SELECT DISTINCT ON ({spelled}) {_listed(items)} FROM {begun.rest} ORDER BY {_spelled(orders)}"
        return Case(query.select(*(item.selected for item in items)), sql, tuple(items), is_sorted=True)

    def _grouped(self, begun: Begun) -> Case:
        keys = self._keys(begun.terms)
        results = [*keys[: self.dice.randint(0, len(keys))], *(self._aggregate(begun.terms) for _ in range(2))]
        if self.dice.random() < 0.25:
            key = self.dice.choice(keys)
            counted = f"(sum(count(*)) OVER (PARTITION BY {key.sql}))::bigint"
            results.append(Term(fn.sum(fn.count()).over(partition_by=key.expr), counted, KINDS["bigint"]))
        items = [Item(term.expr, (term.sql,)) for term in results]
        grouping, spelled = self._grouping(keys)
        query = begun.query.group_by(*grouping)
        sql = f"SELECT {_listed(items)} FROM {begun.rest} GROUP BY {spelled}"
        if self.dice.random() < 0.4:
            query, sql = query.having(fn.count() >= 2), f"{sql} HAVING count(*) >= 2"
            if self.dice.random() < 0.3:
                inside = subqueries.inner(self.dice, self.sources, begun.joined, alone=True)
                found, text = subqueries.found(self.dice, inside)
                query, sql = query.having(found), f"{sql} AND {text}"
        orders = [(term, self.dice.choice(_WAYS)) for term in keys if term.kind.family in ORDERED]
        if orders:
            query = query.order_by(*(_order(term, way) for term, way in orders))
            sql = f"{sql} ORDER BY {_spelled(orders)}"
        is_sorted = len(orders) == len(keys) and not any(isinstance(each, GroupingSets) for each in grouping)
        return Case(query.select(*(item.selected for item in items)), sql, tuple(items), is_sorted=is_sorted)

    def _grouping(self, keys: Sequence[Term]) -> tuple[list[Any], str]:
        """Return the keys as they are, or some grouping sets of them."""
        exprs, texts = [key.expr for key in keys], [key.sql for key in keys]
        listed = ", ".join(texts)
        match self.dice.choice(["plain", "plain", "plain", "rollup", "cube", "sets", "beside", "row"]):
            case "rollup":
                return [rollup(*exprs)], f"ROLLUP ({listed})"
            case "cube":
                return [cube(*exprs)], f"CUBE ({listed})"
            case "sets":
                return [grouping_sets(tuple(exprs), exprs[0], ())], f"GROUPING SETS (({listed}), {texts[0]}, ())"
            case "beside":
                return [*exprs[:-1], cube(exprs[-1])], ", ".join([*texts[:-1], f"CUBE ({texts[-1]})"])
            case "row":
                sets = grouping_sets(rollup(tuple(exprs)), exprs[-1])
                return [sets], f"GROUPING SETS (ROLLUP (({listed})), {texts[-1]})"
            case _:
                return exprs, listed

    def _keys(self, terms: Terms) -> list[Term]:
        found: dict[str, Term] = {}
        while not found:
            for _ in range(self.dice.randint(1, 2)):
                term = terms.any()
                if term.kind.family in _HASHED:
                    found[term.sql] = term
        if self.dice.random() < 0.15:
            found["literal"] = Term(fn.literal(3), literal(3, "bigint"), KINDS["bigint"])
        return list(found.values())

    def _orders(self, terms: Terms, number: int) -> list[tuple[Term, str]]:
        found = (terms.of(ORDERED) for _ in range(number))
        return [(term, self.dice.choice(_WAYS)) for term in found if term is not None]

    def _aggregate(self, terms: Terms) -> Term:
        term = self._whole_aggregate(terms)
        if self.dice.random() < 0.7:
            return term
        predicate = terms.predicate()
        call = term.sql.removesuffix("::bigint")
        filtered = f"({call} FILTER (WHERE {predicate.sql})){term.sql[len(call) :]}"
        return term._replace(expr=term.expr.filter(predicate.expr), sql=filtered)

    def _whole_aggregate(self, terms: Terms) -> Term:
        term = terms.any()
        if term.kind.family == "whole" and self.dice.random() < 0.5:
            return Term(fn.sum(term.expr), f"sum({term.sql})::bigint", KINDS["bigint"])
        if term.kind.family == "number":
            return Term(fn.avg(term.expr), f"avg({term.sql})", term.kind)
        if term.kind.family in {"whole", "text", "date", "timestamptz", "enum"}:
            name = self.dice.choice(["min", "max"])
            return Term(getattr(fn, name)(term.expr), f"{name}({term.sql})", term.kind)
        if term.kind.family in _HASHED and self.dice.random() < 0.5:
            return Term(fn.count(term.expr, distinct=True), f"count(DISTINCT {term.sql})", KINDS["bigint"])
        return Term(fn.count(term.expr), f"count({term.sql})", KINDS["bigint"])


_READS: Final[tuple[Callable[[Database, Any], Iterable[Any]], ...]] = (
    *[Database.fetch_all] * 8,
    Database.stream,
    lambda db, query: db.fetch_page(query, 1, 1000).items,
)
_SET_OPERATORS: Final = ("union", "union_all", "intersect", "intersect_all", "except_", "except_all")
_WAYS: Final = ("", " DESC", " NULLS FIRST", " DESC NULLS LAST")


def _order(term: Term, way: str) -> Any:
    nulls: Any = "first" if "FIRST" in way else "last" if "LAST" in way else None
    return term.expr.desc(nulls=nulls) if "DESC" in way else term.expr.asc(nulls=nulls)


def _spelled(orders: Sequence[tuple[Term, str]]) -> str:
    return ", ".join(f"{term.sql}{way}" for term, way in orders)


def _listed(items: Sequence[Item]) -> str:
    return ", ".join(column for item in items for column in item.columns)


def _model_item(source: Source, *, optional: bool) -> Item:
    by_name = {column.expr.name: column.sql for column in source.columns}
    columns = tuple(by_name[field] for field in source.fields)
    if not optional:
        return Item(source.model, columns, model=True)
    return Item(maybe(source.model), (*columns, f"({source.id.sql} IS NOT NULL)"), model=True, optional=True)


def _canonical(value: Any) -> Any:
    """Return a value so that equal means alike, of the same class and of the same text."""
    if isinstance(value, enum.Enum):
        return _canonical(value.value)
    if isinstance(value, Decimal):
        return ("Decimal", str(value.normalize()))  # Of 1 and 1.0, which are one to DISTINCT, either may stay.
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return ("moment", value.astimezone(dt.UTC).isoformat())
    if isinstance(value, float):
        value += 0.0  # So of 0.0 and -0.0.
    return (type(value).__name__, repr(value))


def _of_ferra(row: Any, items: Sequence[Item]) -> list[Any]:
    found: list[Any] = []
    for value, item in zip(row if len(items) > 1 else (row,), items, strict=True):
        if item.model and value is not None:
            found.append([_canonical(each) for each in attrs.astuple(value, recurse=False)])
        else:
            found.append(None if item.model else _canonical(value))
    return found


def _of_judge(row: Sequence[Any], items: Sequence[Item]) -> list[Any]:
    values, found = iter(row), list[Any]()
    for item in items:
        part = [_canonical(next(values)) for _ in item.columns]
        if not item.model:
            found.append(part[0])
        elif item.optional:
            found.append(part[:-1] if part[-1] == ("bool", "True") else None)
        else:
            found.append(part)
    return found


def difference(db: Database, judge: psycopg.Connection[Any], case: Case) -> str | None:
    """Return what differs between the two answers, with both texts; None where nothing does.

    None where nullability says that there is never one is a difference too.
    """
    try:
        rows = list(case.read(db, case.query))
    except (FerraDbError, QueryError, SchemaError) as error:
        return f"{type(error).__name__}: {error}\n{case.sql}"
    broken = broken_promises(case.query, rows)
    if broken:
        return f"None in {broken}, where there is never one\n{case.sql}"
    ours = [_of_ferra(row, case.items) for row in rows]
    theirs = [_of_judge(row, case.items) for row in judge.execute(case.sql.encode())]
    same = ours == theirs if case.is_sorted else Counter(map(repr, ours)) == Counter(map(repr, theirs))
    return None if same else f"{case.query.sql().text}\n{case.sql}\n{ours}\n{theirs}"


def differences(server_url: str, cases: range, seed: int) -> Iterator[str]:
    """Yield, for each case of `cases` whose two answers differ, its number and the difference."""
    for world in range(cases.start // CASES_OF_A_WORLD, -(-cases.stop // CASES_OF_A_WORLD)):
        numbers = range(max(cases.start, world * CASES_OF_A_WORLD), min(cases.stop, (world + 1) * CASES_OF_A_WORLD))
        made = [random_source(Random(f"{seed} {world} {number}"), number) for number in range(_TABLES)]
        script = ["CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')", *(each for _, lines in made for each in lines)]
        with (
            fresh_database(server_url, script=";\n".join(script)) as url,
            Database.connect(url) as db,
            psycopg.connect(url, autocommit=True) as judge,
        ):
            for number in numbers:
                case = Writer(Random(f"{seed} {number}"), [source for source, _ in made]).case()
                found = difference(db, judge, case)
                if found is not None:
                    yield f"seed {seed}, case {number}:\n{found}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=36_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with server_in_memory() as server:
        found = list(differences(server.url, range(options.cases), options.seed))
    print(*found, f"{len(found)} of {options.cases} cases differ", sep="\n\n")  # noqa: T201 - its answer
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
