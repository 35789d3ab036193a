from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import reduce
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    FerraModel,
    QueryError,
    Table,
    delete_from,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._compiler.compiler import compiled
from ferra_sync._database.runner import prepared


class Words(Table):
    id = t.serial(primary_key=True)
    word = t.text()
    number = t.integer()
    amount = t.numeric(10, 2, default=Decimal(0))
    tags = t.array(t.text(), default=[])


class Others(Table):
    id = t.serial(primary_key=True)
    word_id = t.integer(references=Words.id)


@attrs.frozen
class Word(FerraModel[Words]):
    word: str
    number: int
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Words, Others) as db:
        db.execute(insert_into(Words).values(Word("a", 1), Word("b", 2)))
        yield db


BUILDERS: dict[str, Callable[[str, int], Any]] = {
    "where": lambda word, number: select(Word).where(Words.word == word, Words.number > number),
    "is_in": lambda word, number: select(Word).where(
        Words.word.is_in([word] * (number % 5)), Words.number.is_in([number])
    ),
    "like": lambda word, number: (
        select(Word).where(Words.number < number).where(Words.word.icontains(word) | Words.word.like("a" + word))
    ),
    "between": lambda word, number: select(Word).where(
        Words.word.between(word, word), Words.number.between(number, number + 1)
    ),
    "select": lambda word, number: from_(Words).select(Words.word + word, Words.number * number),
    "order": lambda word, number: select(Word).order_by(Words.number * number, (Words.word + word).desc(nulls="last")),
    "limit": lambda word, number: select(Word).where(Words.word != word).limit(number).offset(number),
    "group": lambda word, number: (
        from_(Words)
        .group_by(Words.word + word)
        .having(fn.sum(Words.number) > number)
        .select(Words.word + word, fn.count())
    ),
    "distinct": lambda word, number: (
        from_(Words).distinct(Words.word + word).order_by(Words.word + word).limit(number).select(Word)
    ),
    "join": lambda word, number: (
        from_(Words)
        .left_join(Others, on=(Others.word_id == Words.id) & (Words.number > number))
        .select(Words.word + word)
    ),
    "insert": lambda word, number: insert_into(Words).values(Word(word, number)).returning(Words.word + word),
    "insert many": lambda word, number: insert_into(Words).values(*[Word(word, number)] * (number % 3 + 2)),
    "update": lambda word, number: (
        update(Words)
        .where(Words.word == word)
        .set(Words.number.to(number), Words.word.to(Words.word + word))
        .returning(Word)
    ),
    "delete": lambda word, number: delete_from(Words).where(Words.word == word).returning(Words.number + number),
    "tags": lambda word, number: select(Words.id).where(Words.tags == [word] * (number % 4)),
    "coalesce": lambda word, number: from_(Words).select(fn.coalesce(Words.word, word), fn.literal(number)),
}
every_builder = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())

HOSTILE = st.sampled_from(
    [
        "'",
        '"',
        "\\",
        "'; DROP TABLE words; --",
        "$1",
        "$2",
        "%s",
        "%(x)s",
        "{}",
        "{0}",
        "${1}",
        "/*",
        "*/",
        "--",
        "\n",
        "{",
        "😀",
    ]
)
VALUES = HOSTILE | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=6, max_size=20)


@every_builder
@settings(max_examples=40, deadline=None)
@given(word=VALUES, number=st.integers(1000, 2**30))
def test_no_value_is_ever_in_the_text_and_the_text_never_depends_on_one(
    build: Callable[[str, int], Any], word: str, number: int
) -> None:
    query = build(f"mark{word}", number)
    text, params = query.sql()
    assert "mark" not in text
    assert str(number) not in text
    assert text == build("other", 3).sql().text
    assert prepared(query)[0] is prepared(build("again", 5))[0]
    assert len(params) == len(prepared(query)[0].parameter_types)


@every_builder
def test_every_parameter_is_numbered_once_and_in_order_and_cast(build: Callable[[str, int], Any]) -> None:
    """A text beside a column of text has no cast: it takes the column's own type."""
    query = build("x", 3)
    text = query.sql().text
    for number, place in enumerate(prepared(query)[0].parameter_types, start=1):
        is_text = (place.element or place).classes == (str,)
        cast = f"(::{re.escape(place.cast)})?" if is_text else f"::{re.escape(place.cast)}"
        assert re.search(rf"\${number}{cast}(?![\d:])", text)
    assert f"${len(prepared(query)[0].parameter_types) + 1}" not in text


@every_builder
def test_every_statement_runs(db: Database, build: Callable[[str, int], Any]) -> None:
    for word, number in (("a", 1), ("'; DROP TABLE words; --", 2), ("%s{0}$1", 3)):
        with db.begin() as tx:
            query = build(word, number)
            if hasattr(query, "write") or not hasattr(query, "is_empty"):
                tx.fetch_all(query)
            else:
                tx.execute(query)


def test_an_expression_used_twice_is_bound_anew_in_the_next_query_of_its_shape(db: Database) -> None:
    def query(value: int, other: int) -> Any:
        term = fn.literal(value)
        return (
            from_(Words)
            .where(Words.number >= term, term < fn.literal(other))
            .order_by(Words.id)
            .select(Words.number + term)
        )

    one, two = fn.literal(1), fn.literal(1)
    mixed = from_(Words).where(Words.number >= one, two < fn.literal(9)).order_by(Words.id).select(Words.number + one)
    assert db.fetch_all(query(1, 9)) == [2, 3]
    assert prepared(query(1, 9))[0] is prepared(mixed)[0]
    assert db.fetch_all(query(2, 9)) == [4]
    assert db.fetch_all(query(2, 1)) == []
    apart = (
        from_(Words)
        .where(Words.number >= fn.literal(2), fn.literal(0) < fn.literal(1))
        .select(Words.number + fn.literal(5))
    )
    assert db.fetch_all(apart) == [7]


def test_another_shape_is_another_statement() -> None:
    base = select(Word).where(Words.number == 1)
    shapes = [
        base, select(Word).where(Words.number != 1), select(Word).where(Words.id == 1), base.limit(1), base.offset(1),
        base.order_by(Words.id), base.order_by(Words.id.desc()), base.order_by(Words.id.asc(nulls="first")),
        base.distinct(), base.distinct(Words.id), base.inner_join(Others), base.left_join(Others),
        select(Words.id).where(Words.number == 1), from_(Words).where(Words.number == 1).select(Word, Words.id),
        base.where(Words.number == 1), select(Word).where((Words.number == 1) & (Words.number == 1)),
        select(Word).where((Words.number == 1) | (Words.number == 1)), select(Word).where(Words.number.is_in([1])),
        select(Word).where(Words.number.is_not_in([1])), select(Word).where(~(Words.number == 1)),
    ]  # fmt: skip
    texts = {query.sql().text for query in shapes}
    assert len({prepared(query)[0] for query in shapes}) == len(shapes)
    assert len(texts) >= len(shapes) - 1


def test_equal_shapes_of_two_tables_are_two_statements() -> None:
    class Twin(Table, name="words"):
        id = t.serial(primary_key=True)

    assert select(Words.id).sql() == select(Twin.id).sql()
    assert prepared(select(Words.id))[0] is not prepared(select(Twin.id))[0]


# --- many and deep ---------------------------------------------------------------------------------------------------


def test_fifteen_hundred_predicates_in_a_row(db: Database) -> None:
    query = select(Words.id)
    for number in range(1500):
        query = query.where(Words.number != -number - 1)
    assert db.fetch_all(query.order_by(Words.id)) == [1, 2]
    joined = reduce(lambda a, b: a & b, [Words.number != -n for n in range(1, 1501)])
    assert db.fetch_all(select(Words.id).where(joined).order_by(Words.id)) == [1, 2]
    either = reduce(lambda a, b: a | b, [Words.number == n for n in range(1500)])
    assert db.fetch_all(select(Words.id).where(either).order_by(Words.id)) == [1, 2]


def nested(depth: int) -> Any:
    return reduce(lambda expr, _: expr + 1, range(depth), Words.number)


def test_a_deep_expression_is_compiled(db: Database) -> None:
    assert db.fetch_all(select(Words.id).where(nested(100) == 101)) == [1]


@pytest.mark.parametrize("depth", [2_000, 20_000])
def test_an_expression_that_is_nested_too_deeply_is_a_query_error(db: Database, depth: int) -> None:
    deep: Any = nested(depth)
    queries: list[Callable[[], Any]] = [
        lambda: select(Word).where(deep > 0),
        lambda: select(deep),
        lambda: from_(Words).select(deep),
        lambda: select(Word).order_by(deep),
        lambda: from_(Words).group_by(deep).select(deep),
        lambda: from_(Words).group_by(nested(depth)).select(nested(depth)),
        lambda: from_(Words).distinct(nested(depth)).order_by(nested(depth)).select(Word),
        lambda: from_(Words).inner_join(Others, on=deep > 0).select(Word),
        lambda: update(Words).find(1).set(Words.number.to(deep)),
        lambda: update(Words).where(deep > 0).set(Words.number.to(1)),
        lambda: delete_from(Words).where(deep > 0),
        lambda: delete_from(Words).all_rows().returning(deep),
    ]
    for query in queries:
        with pytest.raises(QueryError, match="nested too deeply"):
            query().sql()
        with pytest.raises(QueryError, match="nested too deeply"):
            query().sql()
    assert db.fetch_all(select(Words.id).order_by(Words.id)) == [1, 2]


# --- threads ---------------------------------------------------------------------------------------------------------


def test_sixteen_threads_compile_the_same_and_different_shapes(db: Database) -> None:
    barrier = threading.Barrier(16)

    def fresh(number: int) -> Any:
        query = from_(Words).where(Words.number >= -number)
        for _ in range(number % 40):
            query = query.where(Words.number != -7 - number)
        return query.order_by(Words.id).select(Words.word + str(number), fn.literal(number))

    def work(thread: int) -> list[Any]:
        barrier.wait()
        made = []
        for number in range(80):
            query = fresh(number if number % 2 else number + thread)
            text, params = query.sql()
            made.append((number, text, len(params), db.fetch_all(query)))
        return made

    compiled.cache_clear()
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(work, range(16)))
    for thread, made in enumerate(results):
        for number, text, count, rows in made:
            value = number if number % 2 else number + thread
            assert rows == [(f"a{value}", value), (f"b{value}", value)]
            assert text == fresh(value).sql().text
            assert text.count("::") == count


def test_the_cache_is_bounded() -> None:
    info = compiled.cache_info()
    assert info.maxsize is not None
    assert info.currsize <= info.maxsize
