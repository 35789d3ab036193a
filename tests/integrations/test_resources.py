from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import attrs
import pytest
from databases import database_with, one_connection
from flask import Flask, Response, abort
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.exceptions import NotFound as HttpNotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from ferra_sync import Database, Db, FerraModel, Filter, PgRepository, SchemaError, Sort, Table, Unset, by
from ferra_sync import types as t
from ferra_sync.integrations.flask import CrudOptions, Ferra, Listing, crud_blueprint, openapi_blueprint
from schema import Film, Films, NewFilm, User, UserRole, Users


class Mood(enum.Enum):
    SAD = "sad"
    HAPPY = "happy"


class Kinds(Table):
    id = t.bigint(primary_key=True)
    mood = t.nullable(t.enum(Mood))
    small = t.smallint(default=0)
    real = t.real(default=0.5)
    double = t.double_precision(default=0.5)
    amount = t.numeric(default=Decimal(1))
    fixed = t.char(3, default="abc")
    day = t.nullable(t.date())
    at = t.nullable(t.timestamptz())
    span = t.nullable(t.interval())
    raw = t.nullable(t.bytea())
    pairs = t.nullable(t.hstore())
    numbers = t.nullable(t.array(t.nullable(t.integer())))
    during = t.nullable(t.int4range())
    document = t.nullable(t.jsonb())


@attrs.define
class Kind(FerraModel[Kinds]):
    id: int
    mood: Mood | None = Mood.HAPPY
    small: int = 0
    real: float = 0.5
    double: float = 0.5
    amount: Decimal = Decimal(1)
    fixed: str = "abc"
    day: date | None = None
    at: datetime | None = None
    span: timedelta | None = None
    raw: bytes | None = None
    pairs: dict[str, str | None] | None = None
    numbers: list[int | None] | None = None
    during: Any = None
    document: Any = None


@attrs.frozen
class KindFilter(Filter[Kinds]):
    mood: Mood | Unset | None = by(Kinds.mood)
    moods: list[Mood] | Unset = by(Kinds.mood.is_in)
    kind: Literal["a", "b"] | Unset = by(lambda value: Kinds.fixed == value)
    amount: Decimal | int | Unset = by(Kinds.amount)


class OnlyKeys(Table):
    id = t.integer(primary_key=True)


class Converted(Table):
    id = t.integer(primary_key=True)
    text = t.text()


@attrs.define
class OnlyKey(FerraModel[OnlyKeys]):
    id: int


@attrs.define
class Conversion(FerraModel[Converted]):
    id: int
    text: str = attrs.field(converter=attrs.Converter(lambda value, _self: value, takes_self=True))


@pytest.fixture(scope="module")
def kinds(server_url: str) -> Iterator[FlaskClient]:
    with database_with(server_url, Kinds) as db:
        app = Flask("kinds")
        Ferra(app, database=db)
        listing = Listing(KindFilter, Sort.of(Kinds.id), required=("kind",))
        app.register_blueprint(crud_blueprint(Kind, listing=listing))
        app.register_blueprint(openapi_blueprint())
        yield app.test_client()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"mood": "sad", "small": -32768, "real": 1, "double": 1e300, "amount": 1.25, "fixed": "xyz"},
        {"day": "2024-05-06", "at": "2024-05-06T07:08:09+00:00", "span": "P1DT2H0M0S", "raw": "AAEC"},
        {"pairs": {"a": None, "b": "c"}, "numbers": [1, None], "during": "[1,5)", "document": {"a": [1.5, None]}},
    ],
)
def test_each_kind_of_value_comes_back_as_it_was_given(kinds: FlaskClient, values: dict[str, Any]) -> None:
    made = kinds.post("/kinds", json={"id": 1} | values)
    try:
        assert made.status_code == 201, made.text
        spelled = {name: str(value) if name == "amount" else value for name, value in values.items()}
        assert made.json | spelled == made.json
        replaced = kinds.put("/kinds/1", json=made.json)
        assert (replaced.status_code, replaced.json) == (200, made.json), replaced.text
    finally:
        kinds.delete("/kinds/1")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("small", 32768),
        ("real", 1e39),
        ("double", 10**400),
        ("amount", "1e200000"),
        ("fixed", "abcd"),
        ("numbers", [2**31]),
        ("pairs", {"a": "\0"}),
        ("document", ["\ud800"]),
        ("mood", "angry"),
        ("raw", "not base64"),
        ("during", "[5,1"),
        ("during", "[5,1)"),
        ("during", f"[1,{2**31})"),
        ("at", "2024-05-06"),
    ],
)
def test_each_kind_of_value_is_refused_with_its_field(kinds: FlaskClient, field: str, value: object) -> None:
    answer = kinds.post("/kinds", json={"id": 1, field: value})
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), answer.text


def test_a_parameter_that_is_required_is_missed_by_name(kinds: FlaskClient) -> None:
    for query in ("", "?kind=", "?mood=sad"):
        answer = kinds.get(f"/kinds{query}")
        assert (answer.status_code, answer.json["code"]) == (400, "MISSING_PARAMETER")
        assert answer.json["detail"] == "kind is required"
    assert kinds.get("/kinds?kind=a&moods=sad&moods=happy&mood=null&amount=1.5").status_code == 200


def test_the_document_of_each_kind_is_valid(kinds: FlaskClient) -> None:
    document = kinds.get("/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    found = {each["name"]: each for each in document["paths"]["/kinds"]["get"]["parameters"]}
    assert found["mood"]["schema"] == {"anyOf": [{"enum": ["sad", "happy"]}, {"const": "null"}]}
    assert found["moods"]["schema"] == {"type": "array", "items": {"enum": ["sad", "happy"]}}
    assert found["kind"] == {"name": "kind", "in": "query", "required": True, "schema": {"enum": ["a", "b"]}}
    assert len(found["amount"]["schema"]["anyOf"]) == 2
    taken = document["components"]["schemas"]["KindBody"]["properties"]
    assert taken["mood"] == {"enum": ["sad", "happy", None], "default": "happy"}
    assert taken["numbers"] == {
        "type": ["array", "null"],
        "items": {"type": ["integer", "null"], "format": "int32"},
    } | {"items": {"type": ["integer", "null"], "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}}


@pytest.mark.parametrize(
    ("model", "message"),
    [(OnlyKey, "no field that may change"), (Conversion, "say change=")],
)
def test_what_has_no_change_is_refused(model: type[FerraModel[Any]], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        crud_blueprint(model)


class Shelf:
    """Films by a repository's methods alone."""

    def __init__(self, films: PgRepository[Film]) -> None:
        self._films = films

    def __getattr__(self, name: str) -> Any:
        if name == "db":
            raise AttributeError(name)
        return getattr(self._films, name)


def test_a_repository_without_queries_serves_its_methods(module_db: Database) -> None:
    app = Flask("shelf")
    ferra = Ferra(app, database=module_db)
    options = CrudOptions(repository=lambda: Shelf(PgRepository(Film, ferra.db)))
    app.register_blueprint(crud_blueprint(Film, listing=Listing(sort=Sort.of(Films.title)), options=options))
    with ferra.testing(app):
        client = app.test_client()
        here = client.post("/films", json={"title": "Alien"}).headers["Location"]
        assert client.put(here, json={"title": "Aliens"}).json["title"] == "Aliens"
        assert [client.get(path).status_code for path in ("/films", here)] == [200, 200]
        for answer in (
            client.get("/films?sort=title"),
            client.patch(here, json={"title": "x"}),
            client.delete(here, headers={"If-Match": "*"}),
        ):
            assert (answer.status_code, answer.json["code"]) == (500, "INTERNAL_ERROR")
        assert client.delete(here).status_code == 204


class Moderators(PgRepository[User]):
    """The users who moderate."""

    __slots__ = ()

    def find_page(self, page: int = 1, per_page: int = 20) -> Any:
        return self.db.fetch_page(self._all.where(Users.role == UserRole.MODERATOR), page, per_page)


def test_a_repository_of_ones_own_says_which_rows_there_are(module_db: Database) -> None:
    app = Flask("moderators")
    ferra = Ferra(app, database=module_db)
    options = CrudOptions(repository=lambda: Moderators(User, ferra.db))
    app.register_blueprint(crud_blueprint(User, options=options))
    with ferra.testing(app):
        client = app.test_client()
        for name, role in (("al", "user"), ("bo", "moderator")):
            body = {"username": name, "email": f"{name}@x", "display_name": name, "password_hash": "x", "role": role}
            assert client.post("/users", json=body).status_code == 201
        assert [user["username"] for user in client.get("/users").json["items"]] == ["bo"]


def test_an_application_below_a_path_says_so_in_its_document_and_its_locations(module_db: Database) -> None:
    app = Flask("below")
    ferra = Ferra(app, database=module_db)
    app.register_blueprint(crud_blueprint(Film, create=NewFilm))
    app.register_blueprint(openapi_blueprint())
    client = Client(DispatcherMiddleware(Flask("root"), {"/v1": app}))
    with ferra.testing(app):
        assert client.post("/v1/films", json={"title": "Alien"}).headers["Location"].startswith("/v1/films/")
    assert client.get("/v1/openapi.json").json["servers"] == [{"url": "/v1"}]


def test_the_applications_own_limit_of_a_body_wins(module_db: Database) -> None:
    app = Flask("limited")
    app.config["MAX_CONTENT_LENGTH"] = 10
    Ferra(app, database=module_db)
    app.register_blueprint(crud_blueprint(Film))
    assert app.test_client().post("/films", json={"title": "Alien"}).status_code == 413


def test_an_answer_that_a_view_has_made_is_left_alone(module_db: Database) -> None:
    app = Flask("own")
    Ferra(app, database=module_db)

    @app.get("/made")
    def made() -> str:
        raise HttpNotFound(response=Response("mine", 404))

    @app.get("/aborted")
    def aborted() -> str:
        abort(Response("mine too", 418))

    assert [app.test_client().get(path).text for path in ("/made", "/aborted")] == ["mine", "mine too"]


def ended_backend(tested: Database, url: str) -> None:
    """End the server's side of the connection that a test has."""
    with tested.connection() as connection:
        pid = connection.info.backend_pid
    with Database.connect(url) as other, other.connection() as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))


def test_a_connection_that_is_lost_in_a_test_is_told(database_url: str) -> None:
    with one_connection(database_url, "CREATE TABLE films (id serial PRIMARY KEY, title text)") as db:
        ferra = Ferra(app := Flask("lost"), database=db)
        with ferra.testing(app) as tested:
            ended_backend(tested, database_url)
            for begin in (tested.ping, tested.begin):
                with pytest.raises(Db):
                    begin()
        ferra.db.ping()


values = st.sampled_from([None, True, 0, -1, 2**15, 2**31, 2**63, 10**400, 0.1, 1e300, [], {}, [None], {"a": None}]) | (
    st.sampled_from(
        [
            "",
            "sad",
            "NaN",
            "-Infinity",
            "1e9999",
            "1e-20000",
            "\0",
            "\ud800",
            "abc\0",
            "0001-01-01",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59.999999-14:00",
            "infinity",
            "P999999999DT0H0M0S",
            "-P999999999D",
            "[,]",
            "(1,1)",
            "[2147483647,]",
            "[1,2147483647]",
            "empty",
            "AA==",
        ]
    )
    | st.text(max_size=5)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.sampled_from([field.name for field in attrs.fields(Kind)][1:]), values, max_size=3))
def test_any_value_of_any_kind_is_stored_or_refused_by_name(kinds: FlaskClient, body: dict[str, Any]) -> None:
    made = kinds.post("/kinds", data=json.dumps({"id": 7} | body), content_type="application/json")
    kinds.delete("/kinds/7")
    assert made.status_code in {201, 422}, made.text
