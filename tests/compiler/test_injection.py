"""Values, patterns and names that would be SQL if they ever met its text."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import psycopg
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql
from tables import create_tables, model_of

from ferra_sync import (
    SERVER_DEFAULT,
    Changeset,
    Database,
    FerraModel,
    PgRepository,
    Table,
    Unset,
    delete_from,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

ATTACKS = [
    "'", "''", '"', '""', "\\", "\\'", "';", "'; DROP TABLE victims; --", "' OR '1'='1", "' UNION SELECT 1 --",
    "$1", "$$", "$0", "$1::text", "%", "%s", "%(id)s", "%%", "_", "{}", "{0}", "{", "}", "{a,b}", '{"a"}',
    "NULL", "null", "DEFAULT", "--", "/*", "*/", "\n", "\r\n", "\t", "\x01", "\x7f", "\u202e", "\ufeff", "😀",
    "E'\\x41'", "\\x00", "\\000", "U&'\\0041'", ";", "(", ")", "[1]", ",", "1; SELECT pg_sleep(1)",
    "::regclass", "x'; COMMIT; --", "\\copy", "\\.", "\\N", "\t\\N\n",
]  # fmt: skip


class Victims(Table):
    id = t.serial(primary_key=True)
    word = t.text()
    padded = t.nullable(t.varchar(200))
    tags = t.array(t.text(), default=[])
    data = t.nullable(t.jsonb())
    raw = t.nullable(t.bytea())


@attrs.frozen
class Victim(FerraModel[Victims]):
    word: str
    padded: str | None = None
    tags: list[str] = attrs.Factory(list)
    data: Any = None
    raw: bytes | None = None
    id: int = SERVER_DEFAULT


@attrs.frozen
class VictimPatch(Changeset[Victims]):
    word: str | Unset
    tags: list[str] | Unset


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Victims) as db:
        yield db


ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
HOSTILE = st.sampled_from(ATTACKS) | st.lists(st.sampled_from(ATTACKS), min_size=2, max_size=4).map("".join) | ANY
MANY = st.lists(HOSTILE, min_size=10, max_size=14)


def victim(word: str) -> Victim:
    return Victim(word, word[:200], [word, "", word], {word: [word]}, word.encode())


@settings(max_examples=300, deadline=None)
@given(words=MANY)
def test_thousands_of_hostile_strings_go_in_and_come_out_by_every_way(db: Database, words: list[str]) -> None:
    repository = PgRepository(Victim, db)
    rows = [victim(word) for word in words]
    with db.begin() as tx:
        made = tx.fetch_all(insert_into(Victims).values(*rows).returning(Victim))
        assert [attrs.evolve(row, id=SERVER_DEFAULT) for row in sorted(made, key=lambda row: row.id)] == rows
        ids = tx.fetch_all(select(Victims.id).where(Victims.word.is_in(words)))
        assert len(ids) == len(words)
        word = words[0]
        expected = sum(other == word for other in words)
        for predicate in (
            Victims.word == word,
            Victims.padded == word[:200],
            Victims.tags == [word, "", word],
            Victims.data == {word: [word]},
            Victims.raw == word.encode(),
            Victims.word.between(word, word),
            fn.coalesce(Victims.padded, word) == word[:200],
            (Victims.word + word) == word + word,
        ):
            assert len(tx.fetch_all(select(Victims.id).where(predicate))) == expected
        assert len(tx.fetch_all(select(Victims.id).where(Victims.word.contains(word)))) == sum(
            word in each for each in words
        )
        assert (
            tx.execute(update(Victims).where(Victims.word == word).set(Victims.padded.to(word[:100] + "!"))) == expected
        )
        assert tx.execute(update(Victims).where(Victims.word == word).set(VictimPatch(word, [word]))) == expected
        assert tx.fetch_all(select(Victims.tags).where(Victims.word == word)) == [[word]] * expected
        found = tx.fetch_all(from_(Victims).where(Victims.word == word).select(fn.literal(word), Victims.padded + word))
        assert found == [(word, word[:100] + "!" + word)] * expected
        assert tx.execute(delete_from(Victims).where(Victims.word == word)) == expected
    assert repository.count() == 0


@settings(max_examples=80, deadline=None)
@given(words=MANY)
def test_hostile_strings_go_through_the_repository(db: Database, words: list[str]) -> None:
    repository = PgRepository(Victim, db)
    try:
        made = repository.insert_many([victim(word) for word in words])
        assert [row.word for row in made] == words
        assert repository.copy_in(victim(word) for word in words) == len(words)
        for row, word in zip(made[:5], words[-5:], strict=False):
            assert repository.update(row.id, attrs.evolve(row, word=word)).word == word
            assert repository.save(attrs.evolve(row, tags=[word])).tags == [word]
        listed = repository.find_all()
        assert sorted(row.word for row in listed[len(words) :]) <= sorted(words) * 2
    finally:
        db.execute(delete_from(Victims).all_rows())


NAMES = st.sampled_from([attack for attack in ATTACKS if len(attack.encode()) <= 30]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
)


@contextmanager
def made_for_now(db: Database, table: type[Table]) -> Iterator[None]:
    meta = table.__ferra_table__
    kind = meta.declarations["kind"].sql_type.ddl
    with db.connection() as connection:
        create_tables(connection, table)
    try:
        yield
    finally:
        with db.connection() as connection:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(str(meta.ref.schema))))
            connection.execute(sql.SQL("DROP TYPE {}").format(sql.SQL(kind)))


@settings(max_examples=25, deadline=None)
@given(names=st.lists(NAMES, min_size=6, max_size=6, unique=True))
def test_hostile_names_are_names(db: Database, names: list[str]) -> None:
    table_name, schema, key, word, kind, alias = names

    class Kind(enum.Enum):
        ONE = names[0]
        TWO = names[1]

    table: Any = type(
        "Hostile",
        (Table,),
        {
            "key": t.integer(primary_key=True, name=key),
            "word": t.text(name=word, unique=True),
            "kind": t.enum(Kind, type_name=f"{kind} kind", name=f"{kind}k"),
        },
        name=table_name,
        schema=f"{schema}s",
    )
    other: Any = type("Other", (table,), {}, alias=f"{alias}a")
    row = model_of(FerraModel[table], key=int, word=str, kind=Kind)
    first, second = row(1, table_name, Kind.ONE), row(2, word, Kind.TWO)
    with made_for_now(db, table):
        repository = PgRepository(row, db)
        assert repository.insert_many([first, second]) == [first, second]
        assert repository.save(first) == first
        assert repository.find_by_id(2) == second
        query = (
            from_(table).inner_join(other, on=table.key == other.key).where(table.word.is_in([table_name, word]))
            .order_by(table.kind.desc()).select(row, other.kind, other.word + alias)
        )  # fmt: skip
        assert db.fetch_all(query) == [(second, Kind.TWO, word + alias), (first, Kind.ONE, table_name + alias)]
        grouped = from_(table).group_by(table.kind).order_by(table.kind).select(table.kind, fn.count(table.word))
        assert db.fetch_all(grouped) == [(Kind.ONE, 1), (Kind.TWO, 1)]
        assert db.execute(update(table).find(1).set(table.word.to(table.word + "!"))) == 1
        assert db.execute(delete_from(table).where(table.word == table_name + "!")) == 1
        assert repository.copy_in([row(3, alias, Kind.ONE)]) == 1
        assert repository.count() == 2


def test_nothing_above_was_executed(db: Database) -> None:
    with db.connection() as connection:
        assert connection.execute("SELECT count(*) FROM victims").fetchone() is not None


def test_no_public_callable_takes_sql_text() -> None:
    for text in ("id = 1", sql.SQL("id = 1"), psycopg.sql.Literal(1)):
        for build in (
            lambda: select(Victim).where(text),  # noqa: B023 - called at once
            lambda: select(Victim).order_by(text),  # noqa: B023
            lambda: from_(Victims).select(text),  # noqa: B023
            lambda: from_(Victims).group_by(text),  # noqa: B023
            lambda: update(Victims).set(text),  # noqa: B023
            lambda: select(Victim).limit(text),  # noqa: B023
            lambda: Victims.id.asc(nulls=text),  # noqa: B023
        ):
            with pytest.raises(Exception, match=r"takes|cannot be selected|nulls is") as caught:
                build()
            assert type(caught.value).__name__ == "QueryError"
