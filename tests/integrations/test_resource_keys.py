from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, UNSET, Changeset, FerraModel, Insertable, QueryError, SchemaError, Table, Unset
from ferra_sync import types as t
from ferra_sync.integrations.flask import CrudOptions, Ferra, Listing, crud_blueprint, openapi_blueprint
from schema import Film, FilmPatch, NewFilm, NewPost, PostPatch, UserProfile


class Suit(enum.Enum):
    HEARTS = "hearts"
    SPADES = "spades"


class Cards(Table):
    suit = t.enum(Suit, primary_key=True)
    on = t.date(primary_key=True)
    text = t.varchar(20)


class Names(Table):
    name = t.text(primary_key=True)
    note = t.nullable(t.text())
    tags = t.array(t.text(), default=[])
    extra = t.nullable(t.jsonb())


class Numbered(Table):
    id = t.bigint(primary_key=True, default=0)
    text = t.text(default="")
    shout = t.text(generated_as=lambda: Numbered.text + "!")


class Spans(Table):
    during = t.int4range(primary_key=True)
    at = t.timestamptz(primary_key=True)
    number = t.numeric(5, 2, primary_key=True)
    note = t.text(default="")


class Secrets(Table):
    token = t.text(primary_key=True, secret=True)


class Loose(Table):
    text = t.text()


@attrs.define
class Card(FerraModel[Cards]):
    suit: Suit
    on: date
    text: str


@attrs.define
class Name(FerraModel[Names]):
    name: str
    note: str | None = None
    tags: list[str] = attrs.field(factory=list)
    extra: Any = None


@attrs.define
class Number(FerraModel[Numbered]):
    id: int
    text: str = attrs.field(default="", converter=str.strip)
    shout: str = SERVER_DEFAULT


@attrs.define
class Span(FerraModel[Spans]):
    during: Any
    at: datetime
    number: Decimal
    note: str = ""


@attrs.define
class Secret(FerraModel[Secrets]):
    token: str


@attrs.define
class LooseRow(FerraModel[Loose]):
    text: str


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[tuple[Ferra, Flask]]:
    with database_with(server_url, Cards, Names, Numbered, Spans) as db:
        app = Flask("keys")
        ferra = Ferra(app, database=db)
        for model in (Card, Name, Number, Span):
            app.register_blueprint(crud_blueprint(model))
        app.register_blueprint(crud_blueprint(Card, options=CrudOptions(name="nested")), url_prefix="/of/<who>/cards")
        app.register_blueprint(openapi_blueprint())
        yield ferra, app


@pytest.fixture
def keys(served: tuple[Ferra, Flask]) -> Iterator[FlaskClient]:
    ferra, app = served
    with ferra.testing(app):
        yield app.test_client()


def test_a_key_of_several_columns_is_as_many_segments(keys: FlaskClient) -> None:
    made = keys.post("/cards", json={"suit": "hearts", "on": "2024-05-06", "text": "a"})
    assert (made.status_code, made.headers["Location"]) == (201, "/cards/hearts/2024-05-06")
    here = made.headers["Location"]
    assert keys.put(here, json={"text": "b"}).json == {"suit": "hearts", "on": "2024-05-06", "text": "b"}
    assert keys.patch(here, json={"text": "c"}).json["text"] == "c"
    assert keys.patch(here, json={"suit": "spades"}).json["errors"] == {"suit": "is unknown"}
    assert keys.put(here, json={"suit": "spades", "text": "b"}).json["errors"] == {"suit": "is another than the URL's"}
    assert keys.get("/cards/spades/2024-05-06").json["detail"] == "cards/spades,2024-05-06 not found"
    assert keys.get("/cards/clubs/2024-05-06").json["detail"] == "cards not found"
    assert keys.get("/cards/hearts").status_code == 404
    assert keys.delete(here).status_code == 204


def test_a_key_of_any_type_is_its_text(keys: FlaskClient) -> None:
    made = keys.post("/spans", json={"during": "[1,5)", "at": "2024-05-06T07:08:09+02:00", "number": 1.5})
    here = made.headers["Location"]
    assert here == "/spans/%5B1%2C5%29/2024-05-06T05%3A08%3A09%2B00%3A00/1.50"
    assert keys.patch(here, json={"note": "seen"}).json["note"] == "seen"
    assert keys.get("/spans/[1,5)/2024-05-06T05:08:09%2B00:00/1.5").status_code == 200
    for wrong in ("[5,1)", "(", "x"):
        assert keys.get(f"/spans/{wrong}/2024-05-06T05:08:09%2B00:00/1.5").json["detail"] == "spans not found"
    assert keys.get("/spans/[1,5)/2024-05-06T05:08:09%2B00:00/1.555").status_code == 404
    assert keys.delete(here).status_code == 204


def test_a_resource_is_found_below_another(keys: FlaskClient) -> None:
    made = keys.post("/of/al/cards", json={"suit": "hearts", "on": "2024-05-06", "text": "a"})
    assert made.headers["Location"] == "/of/al/cards/hearts/2024-05-06"
    assert keys.get(made.headers["Location"]).json["text"] == "a"
    assert keys.get("/of/al/cards").json["total"] == 1
    paths = keys.get("/openapi.json").json["paths"]
    assert [each["name"] for each in paths["/of/{who}/cards/{suit}/{on}"]["get"]["parameters"]][:3] == [
        "who",
        "suit",
        "on",
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=12))
def test_any_text_is_a_key_where_a_url_can_have_it(keys: FlaskClient, name: str) -> None:
    made = keys.post("/names", json={"name": name})
    if "\0" in name:
        assert made.status_code == 422
        return
    assert made.status_code in {201, 409}
    if made.status_code == 201 and "/" not in name and name not in {".", ".."}:
        assert keys.get(made.headers["Location"]).json["name"] == name


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ({"a": [1, 1.5, None]}, 201),
        ("text", 201),
        ([], 201),
        (None, 201),
        (json.loads("[" * 99 + "]" * 99), 201),
        ({"a": "\0"}, 422),
        ({"\ud800": 1}, 422),
    ],
)
def test_a_document_is_taken_as_it_is(keys: FlaskClient, extra: object, status: int) -> None:
    made = keys.post("/names", json={"name": "a", "extra": extra, "tags": ["x"]})
    assert made.status_code == status, made.text
    if status == 201:
        assert made.json["extra"] == extra


def test_an_element_that_an_array_cannot_hold_is_told(keys: FlaskClient) -> None:
    assert list(keys.post("/names", json={"name": "a", "tags": ["x", "\0"]}).json["errors"]) == ["tags"]


def test_a_key_that_is_given_and_what_the_server_makes(keys: FlaskClient) -> None:
    made = keys.post("/numbered", json={"id": 5, "text": " a "})
    assert (made.status_code, made.json) == (201, {"id": 5, "text": "a", "shout": "a!"})
    assert keys.patch("/numbered/5", json={"text": " b "}).json["shout"] == "b!"
    refused = keys.put("/numbered/5", json={"text": "a", "shout": "x"})
    assert (refused.status_code, refused.json["errors"]) == (422, {"shout": "is set by the server"})
    assert keys.patch("/numbered/5", json={"shout": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: crud_blueprint(Secret), "is secret"),
        (lambda: crud_blueprint(LooseRow), "no primary key"),
        (lambda: crud_blueprint(NewFilm), "a resource is of a FerraModel"),
        (lambda: crud_blueprint(int), "is not a model"),
        (lambda: crud_blueprint(Film, create=NewPost), "NewPost is of another table than Film"),
        (lambda: crud_blueprint(Film, change=PostPatch), "PostPatch is of another table"),
        (lambda: crud_blueprint(Film, create=FilmPatch), r"create takes a class of Insertable\[Films\]"),
        (lambda: crud_blueprint(Film, change=NewFilm), "change takes a class of Changeset"),
        (lambda: crud_blueprint(UserProfile), "UserProfile lacks password_hash"),
        (lambda: crud_blueprint(Film, options=CrudOptions(operations=("lst",))), "operations are list, get"),
        (lambda: crud_blueprint(Film, options=CrudOptions(operations=())), "at least one"),
        (lambda: Listing(paging="cursor"), "page"),
        (lambda: Listing(max_per_page=0), "max_per_page"),
        (lambda: Listing(Film), "filters is a class"),
        (lambda: Listing(required=("role",)), "role is required and is no filter"),
    ],
)
def test_what_cannot_be_served_is_refused_when_it_is_declared(make: Any, message: str) -> None:
    with pytest.raises((SchemaError, QueryError), match=message):
        make()


def test_a_model_that_cannot_be_created_is_served_without_that() -> None:
    made = crud_blueprint(UserProfile, options=CrudOptions(operations=("list", "get")))
    assert made.name == "users"


@attrs.define
class NewNumber(Insertable[Numbered]):
    id: int


@attrs.define
class NumberPatch(Changeset[Numbered]):
    id: int | Unset = UNSET
    text: str | Unset = UNSET


def test_a_key_does_not_change(served: tuple[Ferra, Flask]) -> None:
    ferra, _ = served
    app = Flask("unchanged")
    other = Ferra(app, database=ferra.db)
    app.register_blueprint(crud_blueprint(Number, create=NewNumber, change=NumberPatch))
    with other.testing(app):
        client = app.test_client()
        here = client.post("/numbered", json={"id": 5}).headers["Location"]
        assert client.patch(here, json={"id": 6}).json["errors"] == {"id": "is set by the server"}
