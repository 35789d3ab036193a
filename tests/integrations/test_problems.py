from __future__ import annotations

import logging
import pickle

import pytest
from flask import Flask, abort, redirect
from flask.testing import FlaskClient
from integrations_app import CODES
from werkzeug.exceptions import InternalServerError, Unauthorized

from ferra_sync import Conflict, Database, Db, DbErrorKind, NotFound, QueryError, ValidationError, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync.integrations.flask import Ferra, ProblemCodes, ProblemError, json_response, request_body
from schema import Film, Films, NewFilm

ERRORS = {
    "not_found": NotFound("films", 42),
    "conflict": Conflict("films_title_key", ("title",), "films"),
    "validation": ValidationError("NewFilm", {"title": "is missing"}),
    "stale": Db("s3cret", kind=DbErrorKind.STALE_ROW),
    "foreign_key": Db("s3cret", kind=DbErrorKind.FOREIGN_KEY_VIOLATION, constraint="posts_user_id_fkey"),
    "not_null": Db("s3cret", kind=DbErrorKind.NOT_NULL_VIOLATION, column="title"),
    "too_long": Db("s3cret", kind=DbErrorKind.INVALID_DATA, sqlstate="22001"),
    "division": Db("s3cret", kind=DbErrorKind.INVALID_DATA, sqlstate="22012"),
    "away": Db("s3cret", kind=DbErrorKind.CLOSED_CONNECTION),
    "other": Db("s3cret"),
    "query": QueryError("s3cret"),
    "bug": KeyError("s3cret"),
    "own": ProblemError(400, "MISSING_PARAMETER", "role is required"),
    "unnamed": ProblemError(428, None, "say If-Match"),
}

ANSWERS = {
    "not_found": (404, "NOT_FOUND", "films/42 not found"),
    "conflict": (409, "CONFLICT", 'unique constraint "films_title_key" violated on column "title"'),
    "validation": (422, "VALIDATION_ERROR", "not valid: title: is missing"),
    "stale": (412, "PRECONDITION_FAILED", "the row has changed since"),
    "foreign_key": (409, "CONFLICT", 'foreign key violation of constraint "posts_user_id_fkey"'),
    "not_null": (422, "VALIDATION_ERROR", "not null violation"),
    "too_long": (422, "VALIDATION_ERROR", "invalid data"),
    "division": (500, "INTERNAL_ERROR", "something is wrong inside the server"),
    "away": (503, "UNAVAILABLE", "the database is away or busy: try again"),
    "other": (500, "INTERNAL_ERROR", "something is wrong inside the server"),
    "query": (500, "INTERNAL_ERROR", "something is wrong inside the server"),
    "bug": (500, "INTERNAL_ERROR", "something is wrong inside the server"),
    "own": (400, "MISSING_PARAMETER", "role is required"),
    "unnamed": (428, "PRECONDITION_REQUIRED", "say If-Match"),
}


def serving(db: Database, codes: ProblemCodes = CODES, *, problems: bool = True) -> FlaskClient:
    app = Flask("problems")
    app.config["FERRA_PROBLEMS"] = problems
    Ferra(app, codes=codes, database=db)

    @app.get("/raise/<name>")
    def view(name: str) -> str:
        raise ERRORS[name]

    @app.get("/abort/<int:status>")
    def aborted(status: int) -> str:
        abort(status)

    @app.get("/away")
    def moved() -> object:
        return redirect("/elsewhere")

    @app.get("/response")
    def answered() -> str:
        abort(app.make_response(("teapot", 418)))

    @app.get("/hidden")
    def hidden() -> str:
        raise InternalServerError("s3cret")

    @app.get("/unauthorized")
    def unauthorized() -> str:
        raise Unauthorized("who are you", www_authenticate=None)

    @app.get("/divided")
    def divided() -> str:
        return str(db.fetch_value(from_(Films).select(fn.count() / 0)))

    return app.test_client()


@pytest.fixture(scope="module")
def raising(module_db: Database) -> FlaskClient:
    return serving(module_db)


@pytest.mark.parametrize("name", ERRORS)
def test_each_error_has_its_status_its_code_and_its_text(raising: FlaskClient, name: str) -> None:
    answer = raising.get(f"/raise/{name}")
    found = answer.json
    assert (answer.status_code, found["code"], found["detail"]) == ANSWERS[name]
    assert answer.content_type == "application/problem+json"
    assert found["status"] == answer.status_code
    assert "s3cret" not in answer.text
    assert answer.headers.get("Retry-After") == ("1" if answer.status_code == 503 else None)


def test_what_is_wrong_inside_is_logged_without_the_drivers_words(
    module_db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    client = serving(module_db)
    with caplog.at_level(logging.ERROR):
        assert client.get("/divided").status_code == 500
    assert [record.getMessage() for record in caplog.records] == ["Db: division by zero"]
    assert caplog.records[0].exc_info is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 501, 503])
def test_what_is_aborted_is_a_problem_too(raising: FlaskClient, status: int) -> None:
    answer = raising.get(f"/abort/{status}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["title"]
    assert answer.json["code"] not in {"", "INVALID_REQUEST"} or status == 400


def test_an_url_that_is_none_and_a_method_that_is_none_are_problems(raising: FlaskClient) -> None:
    assert raising.get("/nothing").json["code"] == "NOT_FOUND"
    answer = raising.post("/away")
    assert (answer.status_code, answer.json["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"]


def test_what_is_no_error_passes(raising: FlaskClient) -> None:
    assert raising.get("/away").headers["Location"] == "/elsewhere"
    assert raising.get("/response").text == "teapot"


def test_the_text_of_a_server_error_stays_inside(raising: FlaskClient) -> None:
    answer = raising.get("/hidden")
    assert (answer.status_code, "s3cret" in answer.text) == (500, False)


def test_an_application_can_keep_its_own_errors(module_db: Database) -> None:
    client = serving(module_db, problems=False)
    assert client.get("/nothing").content_type.startswith("text/html")


def test_a_status_has_the_code_that_the_application_says(module_db: Database) -> None:
    client = serving(module_db, ProblemCodes(not_found={"films": "FILM_NOT_FOUND"}, statuses={404: "NO_SUCH_THING"}))
    assert client.get("/raise/not_found").json["code"] == "FILM_NOT_FOUND"
    assert client.get("/nothing").json["code"] == "NO_SUCH_THING"


def test_a_problem_is_copied_like_any_error() -> None:
    error = ProblemError(400, "MISSING_PARAMETER", "role is required", errors={"role": "is missing"})
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.status, copy.code, copy.detail, copy.errors) == (400, error.code, error.detail, error.errors)


@pytest.mark.parametrize("status", [200, 399, 600, "404", True])
def test_a_problem_has_the_status_of_an_error(status: object) -> None:
    with pytest.raises(ValueError, match="400 to 599"):
        ProblemError(status, None, "x")  # type: ignore[arg-type]  # that is what is tried


def test_a_view_reads_a_body_and_answers_as_resources_do(module_db: Database) -> None:
    app = Flask("views")
    ferra = Ferra(app, database=module_db)

    @app.post("/titles")
    def add() -> object:
        film = ferra.db.fetch_one(insert_into(Films).values(request_body(NewFilm)).returning(Film))
        return json_response([film], 201, headers={"X-Films": "1"})

    with ferra.testing(app):
        client = app.test_client()
        added = client.post("/titles", json={"title": "Alien"})
        assert (added.status_code, added.json[0]["title"], added.headers["X-Films"]) == (201, "Alien", "1")
        assert client.post("/titles", json={"title": 1, "year": 2}).json["errors"].keys() == {"title", "year"}
        assert client.post("/titles", data="title=Alien").status_code == 415
        assert client.post("/titles", json={"title": "x" * 2**20}).status_code == 413
        assert client.post("/titles", json={"title": "Alien"}).json["code"] == "CONFLICT"
