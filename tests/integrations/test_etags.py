from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import attrs
import pytest
from databases import database_with
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import types as t
from ferra_sync._http.etags import check_match, is_same
from ferra_sync._http.problems import ProblemError
from ferra_sync.integrations.flask import Ferra, crud_blueprint


class Versioned(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    version = t.integer(default=1, version=True)


@attrs.define
class Item(FerraModel[Versioned]):
    name: str
    id: int = SERVER_DEFAULT
    version: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[tuple[Ferra, Flask]]:
    with database_with(server_url, Versioned) as db:
        app = Flask("versions")
        ferra = Ferra(app, database=db)
        app.register_blueprint(crud_blueprint(Item), url_prefix="/items")
        yield ferra, app


@pytest.fixture
def items(served: tuple[Ferra, Flask]) -> Iterator[FlaskClient]:
    ferra, app = served
    with ferra.testing(app):
        yield app.test_client()


@pytest.fixture
def here(items: FlaskClient) -> str:
    return items.post("/items", json={"name": "a"}).headers["Location"]


def test_the_tag_of_a_row_with_a_version_is_its_version(items: FlaskClient, here: str) -> None:
    assert items.get(here).headers["ETag"] == '"1"'
    changed = items.patch(here, json={"name": "b"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    replaced = items.put(here, json={"name": "c"}, headers={"If-Match": '"2"'})
    assert (replaced.status_code, replaced.headers["ETag"]) == (200, '"3"')


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("tag", ['"7"', 'W/"1"', "1", '"1', '""', "*x", '"7", "8"'])
def test_a_row_that_has_changed_since_is_not_written(items: FlaskClient, here: str, method: str, tag: str) -> None:
    answer = items.open(here, method=method, json={"name": "b"}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json["code"]) == (412, "PRECONDITION_FAILED")
    assert items.get(here).json["name"] == "a"


@pytest.mark.parametrize("tag", ['"1"', "*", '"7", "1"', ' "1" ', 'W/"1","1"'])
def test_a_row_that_is_as_it_was_is_written(items: FlaskClient, here: str, tag: str) -> None:
    assert items.patch(here, json={"name": "b"}, headers={"If-Match": tag}).status_code == 200


def test_what_is_deleted_is_deleted_in_the_version_that_was_seen(items: FlaskClient, here: str) -> None:
    assert items.delete(here, headers={"If-Match": '"1"'}).status_code == 204
    assert items.delete(here, headers={"If-Match": '"1"'}).status_code == 404


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "*", '"0", "1"'])
def test_what_a_client_has_already_is_not_sent_again(items: FlaskClient, here: str, tag: str) -> None:
    answer = items.get(here, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"1"')
    assert items.get(here, headers={"If-None-Match": '"2"'}).status_code == 200


def test_a_version_is_in_no_body(items: FlaskClient, here: str) -> None:
    for method in ("PUT", "PATCH"):
        answer = items.open(here, method=method, json={"name": "b", "version": 1})
        assert answer.status_code == 422
        assert list(answer.json["errors"]) == ["version"]


def test_without_a_version_the_tag_is_of_what_is_shown(client: FlaskClient) -> None:
    here = client.post("/films", json={"title": "Alien"}).headers["Location"]
    first = client.get(here).headers["ETag"]
    assert client.get(here, headers={"If-None-Match": first}).status_code == 304
    second = client.patch(here, json={"archived": True}, headers={"If-Match": first}).headers["ETag"]
    assert second != first
    assert client.put(here, json={"title": "Aliens"}, headers={"If-Match": first}).status_code == 412
    assert client.patch(here, json={"archived": False}, headers={"If-Match": second}).headers["ETag"] == first


@given(st.text(max_size=40))
def test_any_header_names_a_version_or_does_not(header: str) -> None:
    assert is_same(header, '"1"') in {True, False}
    with suppress(ProblemError):
        check_match(header, '"1"')
        assert '"1"' in header or header.strip() == "*"
