"""citext: text that is compared without regard to case, of an extension that the database may have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with, fresh_database
from tables import model_of

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    FerraModel,
    ModelMeta,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import ColumnDef


class Members(Table):
    email = t.citext(primary_key=True)
    also = t.array(t.citext(), default=[])
    nick = t.nullable(t.citext(unique=True))
    name = t.text(default="")
    code = t.char(3, default="x")


@attrs.frozen
class Member(FerraModel[Members]):
    email: str
    also: list[str] = SERVER_DEFAULT
    nick: str | None = None
    name: str = SERVER_DEFAULT
    code: str = SERVER_DEFAULT


ANN = Member("Ann@Example.org", ["A@example.org"], "Ann", "Ann", "ann")
BOB = Member("bob@example.org", [], None, "ann", "x  ")


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Members) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        tx.execute(insert_into(Members).values(ANN))
        tx.execute(insert_into(Members).values(BOB))
        yield tx


def emails(tx: Any, predicate: Any) -> list[str]:
    return tx.fetch_all(from_(Members).where(predicate).order_by(Members.email).select(Members.email))


def test_it_is_text_in_python_and_keeps_its_case(tx: Any) -> None:
    assert ModelMeta.of(Member).by_column["email"].type.value == "citext"
    assert tx.fetch_all(select(Member).order_by(Members.email)) == [ANN, BOB]
    assert list(tx.stream(select(Member).order_by(Members.email))) == [ANN, BOB]
    assert tx.fetch_all(select(Members.also).find(ANN.email)) == [["A@example.org"]]
    assert tx.fetch_all(from_(Members).distinct().select(Members.nick)) != []


@pytest.mark.parametrize(
    "predicate",
    [
        Members.email == "ANN@example.ORG",
        Members.email.is_in(["ANN@EXAMPLE.ORG", "nobody"]),
        Members.email.between("ANN", "ANO"),
        Members.email < "B",
        Members.email.like("ANN@%"),
        Members.email.startswith("ANN"),
        Members.email.is_not_distinct_from("ANN@example.ORG"),
        Members.also == ["a@EXAMPLE.org"],
        fn.coalesce(Members.nick, "?") == "ANN",
        fn.nullif(Members.nick, "ANN").is_null() & Members.nick.is_not_null(),
        Members.email == fn.literal("ANN@EXAMPLE.ORG", t.citext()),
        Members.name.cast(t.citext()).is_in(["ANN"]) & (Members.email != "BOB@example.org"),
        fn.lower(Members.email) == "ann@example.org",
        Members.nick == Members.code.cast(t.citext()),
    ],
    ids=repr,
)
def test_it_is_compared_without_regard_to_case(tx: Any, predicate: Any) -> None:
    assert emails(tx, predicate) == [ANN.email]


@pytest.mark.parametrize(
    "predicate",
    [
        Members.email.cast(t.text()) == "ANN@example.org",
        Members.name == "ANN",
        Members.nick == fn.literal("ANN"),
        fn.coalesce(Members.nick, Members.name) == "ANN",
        fn.nullif(Members.nick, fn.literal("?")) == "ANN",
        Members.nick + "!" == "ANN!",
    ],
    ids=repr,
)
def test_beside_plain_text_case_counts(tx: Any, predicate: Any) -> None:
    assert emails(tx, predicate) == []


def test_it_mixes_with_other_texts_as_postgresql_mixes_them(tx: Any) -> None:
    assert emails(tx, Members.nick == Members.name) == [ANN.email]
    assert emails(tx, Members.name == Members.nick) == [ANN.email]
    assert tx.fetch_all(from_(Members).select(fn.max(Members.email))) == [BOB.email]
    assert tx.fetch_all(from_(Members).order_by(Members.email).select(fn.length(Members.email))) == [15, 15]
    assert tx.execute(update(Members).find("BOB@example.org").set(Members.nick.to(Members.name + "!"))) == 1
    assert tx.execute(update(Members).find("BOB@example.org").set(Members.name.to(Members.email))) == 1


def test_a_declared_function_of_text_or_citext_is_given_what_it_takes(tx: Any) -> None:
    plain = fn.function("strpos", t.text(), t.text(), returns=t.integer())
    folding = fn.function("strpos", t.citext(), t.citext(), returns=t.integer())
    assert tx.fetch_all(from_(Members).find(ANN.email).select(plain(Members.email, "EXAMPLE"))) == [0]
    assert tx.fetch_all(from_(Members).find(ANN.email).select(folding(Members.email, "EXAMPLE"))) == [5]
    assert tx.fetch_all(from_(Members).find(ANN.email).select(folding(Members.name, "ANN"))) == [1]


def test_a_key_is_found_and_kept_unique_whatever_its_case(database: Database) -> None:
    members = PgRepository(Member, database)
    rows = [Member(f"Member{number}@example.org") for number in range(3)]
    assert [each.email for each in members.insert_many(rows)] == [each.email for each in rows]
    try:
        assert members.find_by_id("MEMBER1@EXAMPLE.ORG").email == rows[1].email
        with pytest.raises(Conflict) as caught:
            members.insert_many([Member("new@example.org"), Member("MEMBER2@example.org")])
        assert caught.value.row == 1
        assert members.copy_in([Member("copied@example.org", also=["x"])]) == 1
        assert members.find_by_id("COPIED@example.org").also == ["x"]
    finally:
        for each in members.find_all():
            members.delete(each.email)


def test_its_ddl_names_the_extensions_type(database: Database) -> None:
    with database.connection() as connection:
        found = connection.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'members'::regclass AND attnum > 0 ORDER BY attnum LIMIT 3"
        ).fetchall()
    assert found == [("email", "citext"), ("also", "citext[]"), ("nick", "citext")]


@pytest.mark.parametrize("wrong", [1, b"a", None])
def test_what_is_no_text_is_refused(wrong: Any) -> None:
    with pytest.raises(QueryError, match=r"members\.email"):
        Members.email.is_in([wrong])


def test_a_model_of_it_annotates_str() -> None:
    with pytest.raises(SchemaError, match="citext"):
        model_of(FerraModel[Members], email=int)
    assert isinstance(t.citext(), ColumnDef)


def test_a_key_that_differs_in_case_alone_is_the_same_key_to_a_repository(tx: Any) -> None:
    members = PgRepository(Member, tx)
    changed = members.update("BOB@EXAMPLE.ORG", attrs.evolve(BOB, name="changed"))
    assert (changed.email, changed.name) == (BOB.email, "changed")
    with pytest.raises(ValueError, match="another key"):
        members.update("bob@example.com", BOB)


class Plain(Table, name="plain_texts"):
    name = t.citext()


def test_a_column_that_the_database_has_as_text_is_reported(server_url: str) -> None:
    said = r"plain_texts\.name is declared citext; the database has text"
    table = "CREATE TABLE plain_texts (name text)"
    with (
        fresh_database(server_url, script=table) as url,
        Database.connect(url) as db,
        pytest.raises(SchemaError, match=said),
    ):
        db.fetch_all(select(Plain.name))
