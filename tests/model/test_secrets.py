"""A secret column is in no repr, dict, JSON or page, and is written and read like any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pprint import pformat
from typing import Any

import attrs
import pytest
from databases import database_with
from rich.pretty import pretty_repr

import schema
from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    FerraModel,
    Insertable,
    ModelMeta,
    NotFound,
    Page,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    Unset,
    ValidationError,
    delete_from,
    from_,
    insert_into,
    maybe,
    select,
    to_dict,
    to_json,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.cli._demo import domain

SECRET = "hunter2-hunter2"


class Accounts(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    token = t.nullable(t.text(secret=True))
    password = t.varchar(255, secret=True, name="pass_word")


class Others(Accounts, alias="others"):
    """The same table a second time."""


class Sessions(Table):
    """A table whose key is a secret."""

    account_id = t.integer(primary_key=True)
    token = t.text(primary_key=True, secret=True)


class Tokens(Table):
    token = t.text(primary_key=True, secret=True)
    uses = t.integer(default=0)


class Notes(Table):
    id = t.serial(primary_key=True)
    account_id = t.integer(references=Accounts.id)


@attrs.define
class Account(FerraModel[Accounts]):
    name: str
    password: str
    token: str | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class NewAccount(Insertable[Accounts]):
    name: str
    password: str


@attrs.define
class AccountPatch(Changeset[Accounts]):
    name: str | Unset = UNSET
    password: str | Unset = UNSET


@attrs.frozen(slots=False)
class Frozen(FerraModel[Accounts]):
    _secret: str = attrs.field(alias="password")
    name: str = attrs.field(default="al", repr=str.upper)


@attrs.define
class Aliased(FerraModel[Others]):
    name: str
    password: str


@attrs.define
class Later(FerraModel[Accounts]):
    password: str
    name: NotYet


@attrs.define
class Mixin:
    password: str


@attrs.define(repr=False)
class Mixed(Mixin, FerraModel[Accounts]):
    name: str = "al"


@attrs.define
class Narrower(Account):
    id: int = 5


@attrs.define
class Session(FerraModel[Sessions]):
    account_id: int
    token: str


@attrs.define
class Token(FerraModel[Tokens]):
    token: str
    uses: int = 0


@attrs.define
class Note(FerraModel[Notes]):
    account_id: int
    id: int = SERVER_DEFAULT


ROWS: dict[str, tuple[Any, str]] = {
    "a model": (Account("al", SECRET, SECRET), "Account(name='al', id=SERVER_DEFAULT)"),
    "an insertable": (NewAccount("al", SECRET), "NewAccount(name='al')"),
    "a changeset": (AccountPatch(password=SECRET), "AccountPatch(name=UNSET)"),
    "a private field with a repr of its own": (Frozen(SECRET), "Frozen(name=AL)"),
    "an alias of the table": (Aliased("al", SECRET), "Aliased(name='al')"),
    "an annotation that comes later": (Later(SECRET, "al"), "Later(name='al')"),
    "a repr that attrs wrote for a base": (Mixed(SECRET), "Mixed(name='al')"),
    "a subclass": (Narrower("al", SECRET, SECRET), "Narrower(name='al', id=5)"),
}
NotYet = str


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Accounts, Notes, Sessions, Tokens) as db:
        yield db


@pytest.fixture
def tx(db: Database) -> Iterator[Any]:
    with db.begin() as tx:
        yield tx


@pytest.mark.parametrize(("row", "spelled"), ROWS.values(), ids=ROWS)
def test_a_secret_is_in_no_repr(row: Any, spelled: str) -> None:
    assert repr(row) == spelled
    assert SECRET not in f"{row}{[row]}{Page([row], 1, 1, 20)}"
    assert SECRET not in pretty_repr([row]) + pformat([row])


def test_the_repr_is_attrs_own_where_nothing_is_secret_or_its_author_hid_it() -> None:
    @attrs.define
    class Public(FerraModel[Accounts]):
        name: str

    @attrs.define
    class Hidden(FerraModel[Accounts]):
        name: str
        password: str = attrs.field(repr=False)

    for model in (Public, Hidden, Note):
        assert model.__repr__.__code__.co_filename.startswith("<attrs generated")


def test_a_repr_that_its_author_wrote_stays() -> None:
    @attrs.define
    class Own(FerraModel[Accounts]):
        password: str

        def __repr__(self) -> str:
            return "mine"

    assert repr(Own(SECRET)) == "mine"


def test_a_repr_of_a_row_that_holds_itself_or_lacks_a_field_ends() -> None:
    @attrs.define
    class Partial(FerraModel[Accounts]):
        password: str
        name: Any = attrs.field(init=False)

    row = Partial(SECRET)
    assert repr(row).endswith("Partial(name=NOTHING)")
    row.name = [row]
    assert repr(row).endswith("Partial(name=[...])")


def test_metadata_says_what_is_secret() -> None:
    fields = {field.name: field.secret for field in ModelMeta.of(Account).fields}
    assert fields == {"name": False, "password": True, "token": True, "id": False}
    assert [field.name for field in ModelMeta.of(Frozen).secrets] == ["_secret"]
    assert ModelMeta.of(Note).secrets == ()


def test_the_passwords_of_the_domain_and_of_the_demo_are_secret() -> None:
    for table in (schema.Users, domain.Users):
        assert table.__ferra_table__.declarations["password_hash"].is_secret


def test_a_secret_is_written_and_read_and_compared(tx: Any) -> None:
    accounts = PgRepository(Account, tx)
    made = accounts.insert(Account("al", SECRET, "t"))
    assert (made.password, made.token) == (SECRET, "t")
    assert tx.fetch_one(select(Account).where(Accounts.password == SECRET)) == made
    tx.execute(update(Accounts).find(made.id).set(AccountPatch(password="other")))
    assert tx.fetch_value(select(Accounts.password)) == "other"


def test_a_secret_is_in_no_dict_json_or_page(tx: Any) -> None:
    made = PgRepository(Account, tx).insert(Account("al", SECRET, SECRET))
    tx.execute(insert_into(Notes).values(Note(made.id)))
    pages = [
        PgRepository(Account, tx).find_page(),
        tx.fetch_page(from_(Accounts).left_join(Notes).select(Account, maybe(Note))),
    ]
    assert to_dict(made) == {"name": "al", "id": made.id}
    assert json.loads(to_json(made)) == {"name": "al", "id": made.id}
    for page in pages:
        assert SECRET not in f"{page.to_dict()}{to_json(page)}{to_json(page.items)}{page!r}"
    assert to_dict(NewAccount("al", SECRET)) == {"name": "al"}
    assert to_dict(AccountPatch(password=SECRET)) == {}
    assert to_dict(Frozen(SECRET)) == {"name": "al"}


JSON_ROWS: dict[str, Callable[[], Any]] = {
    "a model": lambda: select(Account),
    "a model of an alias": lambda: select(Aliased),
    "a pair": lambda: from_(Accounts).left_join(Notes).select(Account, maybe(Note), Accounts.name),
    "whether there is one": lambda: from_(Accounts).select(Accounts.name, Accounts.token.is_null()),
    "what an insert returns": lambda: insert_into(Accounts).values(NewAccount("bo", SECRET)).returning(Account),
    "what an update returns": lambda: update(Accounts).all_rows().set(Accounts.name.to("x")).returning(Account),
    "what a delete returns": lambda: delete_from(Accounts).all_rows().returning(Account),
}


@pytest.mark.parametrize("query", JSON_ROWS.values(), ids=JSON_ROWS)
def test_a_secret_is_in_no_json_rows(tx: Any, query: Callable[[], Any]) -> None:
    tx.execute(insert_into(Accounts).values(NewAccount("al", SECRET)))
    rows = tx.fetch_json(query())
    assert rows
    assert SECRET not in f"{rows}"
    assert "pass" not in f"{rows}"


SELECTED: dict[str, Callable[[], Any]] = {
    "the column": lambda: select(Accounts.password),
    "the column of an alias": lambda: select(Others.password),
    "beside others": lambda: from_(Accounts).select(Account, Accounts.password),
    "an expression": lambda: from_(Accounts).select(fn.lower(Accounts.password)),
    "a cast": lambda: from_(Accounts).select(Accounts.password.cast(t.text()), Accounts.id),
    "a maximum": lambda: from_(Accounts).select(fn.max(Accounts.password)),
    "returned": lambda: delete_from(Accounts).all_rows().returning(Accounts.id, Accounts.password),
}


@pytest.mark.parametrize("query", SELECTED.values(), ids=SELECTED)
def test_a_secret_that_is_selected_by_itself_is_refused_as_json_by_name(tx: Any, query: Callable[[], Any]) -> None:
    tx.execute(insert_into(Accounts).values(NewAccount("al", SECRET)))
    with pytest.raises(QueryError, match=r"pass_word is secret"):
        tx.fetch_json(query())
    assert tx.fetch_value(from_(Accounts).select(fn.count())) == 1


def test_a_secret_is_in_no_query_and_in_no_error(tx: Any) -> None:
    query = select(Account).where(Accounts.password == SECRET)
    change = Accounts.password.to(SECRET)
    shown = [query, query.sql(), change, insert_into(Accounts).values(NewAccount("al", SECRET))]
    assert SECRET not in f"{shown}{shown[1]}{Accounts.password}{update(Accounts).all_rows().set(change)}"
    with pytest.raises(ValidationError) as caught:
        PgRepository(Account, tx).insert(Account(SECRET.encode(), SECRET.encode()))
    assert SECRET not in f"{caught.value}{caught.value!r}"


def test_a_key_that_is_secret_is_in_no_message(tx: Any) -> None:
    tokens, sessions = PgRepository(Token, tx), PgRepository(Session, tx)
    ways: list[tuple[Callable[[], object], str]] = [
        (lambda: tokens.find_by_id(SECRET), "tokens/… not found"),
        (lambda: tokens.update(SECRET, Token(SECRET, 1)), "tokens/… not found"),
        (lambda: tokens.delete(SECRET), "tokens/… not found"),
        (lambda: tx.fetch_one(select(Token).find(SECRET)), "tokens/… not found"),
        (lambda: tx.fetch_one(delete_from(Tokens).find(SECRET).returning(Token)), "tokens/… not found"),
        (lambda: sessions.find_by_id((5, SECRET)), "sessions/5,… not found"),
        (lambda: tx.fetch_value(from_(Sessions).find((5, SECRET)).select(Sessions.token)), "sessions/5,… not found"),
        (lambda: PgRepository(Note, tx).find_by_id(5), "notes/5 not found"),
    ]
    for way, message in ways:
        with pytest.raises(NotFound) as caught:
            way()
        assert str(caught.value) == message


def test_an_option_of_another_name_is_refused() -> None:
    with pytest.raises(SchemaError, match="no option secrets"):
        t.text(secrets=True)  # type: ignore[call-arg]  # the mistake
