from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from integrations_app import CODES, add_resources
from openapi_spec_validator import OpenAPIV31SpecValidator

from ferra_sync import Database
from ferra_sync.integrations.flask import Ferra, openapi_blueprint


@pytest.fixture(scope="module")
def documented(module_db: Database) -> FlaskClient:
    app = Flask("films")
    Ferra(app, codes=CODES, database=module_db)
    add_resources(app)
    app.register_blueprint(openapi_blueprint(title="Films", version="2"))
    return app.test_client()


@pytest.fixture(scope="module")
def document(documented: FlaskClient) -> dict[str, Any]:
    found = documented.get("/openapi.json").json
    assert isinstance(found, dict)
    return found


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert (document["openapi"], document["info"]) == ("3.1.0", {"title": "Films", "version": "2"})


def test_the_document_has_each_operation_where_it_is_served(document: dict[str, Any]) -> None:
    assert {path: sorted(methods) for path, methods in document["paths"].items()} == {
        "/films": ["get", "post"],
        "/films/{id}": ["delete", "get", "patch", "put"],
        "/products": ["get", "post"],
        "/products/{id}": ["delete", "get", "patch", "put"],
        "/api/users": ["get", "post"],
        "/api/users/{id}": ["get", "patch"],
    }


def test_a_schema_says_what_a_column_holds(document: dict[str, Any]) -> None:
    found = document["components"]["schemas"]
    assert found["Product"]["properties"]["price"] == {"type": "string", "format": "decimal"}
    assert found["ProductBody"]["properties"]["price"]["type"] == ["string", "number"]
    assert found["ProductBody"]["properties"]["sku"] == {"type": "string", "maxLength": 50}
    assert found["Film"]["properties"]["release_year"]["type"] == ["integer", "null"]
    assert found["User"]["properties"]["role"] == {"enum": ["user", "moderator", "admin"]}
    assert found["NewFilm"]["required"] == ["title"]
    assert "required" not in found["FilmPatch"]


def test_a_secret_is_written_and_never_read(document: dict[str, Any]) -> None:
    found = document["components"]["schemas"]
    assert "password_hash" not in found["User"]["properties"]
    assert found["NewUser"]["properties"]["password_hash"]["writeOnly"] is True


def test_what_the_server_sets_is_in_no_body(document: dict[str, Any]) -> None:
    found = document["components"]["schemas"]
    assert {"id", "created_at", "updated_at"} <= found["Product"]["properties"].keys()
    assert not {"id", "created_at", "updated_at"} & found["ProductBody"]["properties"].keys()
    assert not {"id", "created_at", "updated_at"} & found["ProductChange"]["properties"].keys()


def test_the_parameters_of_a_list_are_those_of_its_filter_its_order_and_its_pages(document: dict[str, Any]) -> None:
    films = document["paths"]["/films"]["get"]["parameters"]
    assert [each["name"] for each in films] == [
        "title",
        "since",
        "release_year",
        "archived",
        "page",
        "per_page",
        "sort",
    ]
    assert films[1]["schema"] == {"type": "integer"}
    products = document["paths"]["/products"]["get"]["parameters"]
    assert [each["name"] for each in products] == ["limit", "after", "before"]


def test_the_page_loads_nothing_from_elsewhere_and_runs_its_own_script_alone(documented: FlaskClient) -> None:
    answer = documented.get("/docs")
    policy = answer.headers["Content-Security-Policy"]
    (nonce,) = set(re.findall(r"'nonce-([\w-]+)'", policy))
    assert "default-src 'none'" in policy
    assert answer.text.count(f'nonce="{nonce}"') == 2
    assert not re.search(r"https?://|innerHTML|{nonce}", answer.text)
    assert nonce not in documented.get("/docs").text
