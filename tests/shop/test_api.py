"""The shop over HTTP, on a real server: what it answers, and by which code it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from databases import fresh_database
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from examples.shop.answers import ferra
from examples.shop.app import create_app

ANN = {"username": "ann", "email": "ann@example.com", "display_name": "Ann", "password": "hunter2 hunter2"}
LAMP = {"name": "Lamp", "price": "19.90", "sku": "LAMP-1", "category": "home"}


@pytest.fixture(scope="module")
def app(server_url: str, domain_template: str) -> Iterator[Flask]:
    with fresh_database(server_url, template=domain_template) as url:
        app = create_app(url)
        try:
            yield app
        finally:
            ferra.of(app).close()


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with ferra.testing(app):
        yield app.test_client()


def refused(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.json["code"]) == (status, code), response.json
    assert response.content_type == "application/problem+json"
    assert "hunter2" not in response.text
    return response.json


# Users


def test_a_user_is_registered_shown_kept_out_and_promoted(client):
    made = client.post("/api/users", json=ANN)
    assert (made.status_code, made.json) == (
        201,
        {"id": made.json["id"], "username": "ann", "email": "ann@example.com", "display_name": "Ann", "role": "user"},
    )
    at = f"/api/users/{made.json['id']}"
    assert client.get(at).json == made.json
    assert client.put(f"{at}/role", json={"role": "admin"}).json == made.json | {"role": "admin"}
    assert client.put(f"{at}/status", json={"is_active": False}).status_code == 200
    assert [each["username"] for each in client.get("/api/users?role=admin").json] == ["ann"]
    assert client.get("/api/users?role=moderator").json == []


def test_a_role_is_asked_for_and_one_that_is_unknown_is_not_taken_for_another(client):
    assert refused(client.get("/api/users"), 400, "MISSING_PARAMETER")["detail"] == "role is required"
    assert refused(client.get("/api/users?role=root"), 422, "VALIDATION_ERROR")["errors"].keys() == {"role"}
    at = f"/api/users/{client.post('/api/users', json=ANN).json['id']}"
    assert refused(client.put(f"{at}/role", json={"role": "root"}), 422, "VALIDATION_ERROR")["errors"].keys() == {
        "role"
    }
    assert refused(client.post("/api/users", json=ANN | {"role": "root"}), 422, "VALIDATION_ERROR")


def test_what_is_taken_is_a_conflict(client):
    client.post("/api/users", json=ANN)
    told = refused(client.post("/api/users", json=ANN), 409, "USER_ALREADY_EXISTS")
    assert told["detail"] == "There is a user with this username already"
    told = refused(client.post("/api/users", json=ANN | {"username": "bob"}), 409, "USER_ALREADY_EXISTS")
    assert told["detail"] == "There is a user with this email already"


def test_who_is_not_there_is_not_found(client):
    at = f"/api/users/{uuid4()}"
    for response in (
        client.get(at),
        client.put(f"{at}/status", json={"is_active": True}),
        client.put(f"{at}/role", json={"role": "user"}),
    ):
        refused(response, 404, "USER_NOT_FOUND")
    refused(client.get("/api/users/7"), 404, "NOT_FOUND")


def test_all_that_is_wrong_in_a_body_is_told_at_once(client):
    wrong = {"username": "", "email": "nowhere", "password": "long enough", "is_active": True}
    told = refused(client.post("/api/users", json=wrong), 422, "VALIDATION_ERROR")
    assert told["errors"].keys() == {"username", "email", "display_name", "is_active"}
    refused(client.post("/api/users", json=ANN | {"password": "short"}), 422, "VALIDATION_ERROR")
    refused(client.post("/api/users", json=ANN | {"password": 12345678}), 422, "VALIDATION_ERROR")
    refused(client.post("/api/users", json=ANN | {"username": "x" * 51}), 422, "VALIDATION_ERROR")
    refused(client.post("/api/users", json={**ANN, "password_hash": "x"}), 422, "VALIDATION_ERROR")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"x"'])
def test_a_body_that_is_no_object_is_an_invalid_request(client, body):
    for method, at in (("POST", "/api/users"), ("PUT", f"/api/users/{uuid4()}/status")):
        response = client.open(at, method=method, data=body, content_type="application/json")
        refused(response, 400, "INVALID_REQUEST")


# Products


def test_a_product_is_added_priced_stocked_and_removed(client):
    made = client.post("/api/products", json=LAMP)
    assert (made.status_code, made.json["price"], made.json["in_stock"]) == (201, "19.90", False)
    at = made.headers["Location"]
    assert client.put(f"{at}/stock", json={"stock_quantity": 3}).json["in_stock"] is True
    tag = client.get(at).headers["ETag"]
    assert client.patch(at, json={"price": "24.90"}, headers={"If-Match": tag}).json["price"] == "24.90"
    refused(client.patch(at, json={"price": "1.00"}, headers={"If-Match": tag}), 412, "PRECONDITION_FAILED")
    page = client.get("/api/products?in_stock=true&category=home&sort=-price&per_page=1").json
    assert (page["total"], page["items"][0]["price"]) == (1, "24.90")
    assert client.delete(at).status_code == 204
    refused(client.get(at), 404, "PRODUCT_NOT_FOUND")
    refused(client.put(f"{at}/stock", json={"stock_quantity": 3}), 404, "PRODUCT_NOT_FOUND")


def test_a_sku_is_given_once(client):
    client.post("/api/products", json=LAMP)
    refused(client.post("/api/products", json=LAMP), 409, "DUPLICATE_SKU")


def test_stock_and_price_have_their_rules(client):
    at = client.post("/api/products", json=LAMP).headers["Location"]
    refused(client.put(f"{at}/stock", json={"stock_quantity": -1}), 422, "VALIDATION_ERROR")
    refused(client.put(f"{at}/stock", json={}), 422, "VALIDATION_ERROR")
    refused(client.patch(at, json={"price": "0"}), 422, "VALIDATION_ERROR")
    refused(client.patch(at, json={"in_stock": True}), 422, "VALIDATION_ERROR")
    refused(client.post("/api/products", json=LAMP | {"stock_quantity": 5}), 422, "VALIDATION_ERROR")
    refused(client.get("/api/products?sort=sku"), 422, "VALIDATION_ERROR")


PUT = ["/api/users/%s/status", "/api/users/%s/role", "/api/products/%s/stock"]


def test_the_products_are_described_and_there_is_a_page_to_try_them(client):
    document = client.get("/openapi.json").json
    assert (document["openapi"][:3], document["info"]["title"]) == ("3.1", "The shop")
    assert {"/api/products", "/api/products/{id}"} <= document["paths"].keys()
    assert client.get("/docs").content_type.startswith("text/html")


texts = st.text(max_size=30) | st.sampled_from(["\0", "'; DROP TABLE users; --", "%00", "../..", "x" * 300])
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
names = st.sampled_from([*ANN, *LAMP, "role", "stock_quantity", "is_active"]) | texts


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.dictionaries(names, values, max_size=6),
    at=st.sampled_from(["/api/users", "/api/products", *PUT]),
    query=texts,
)
def test_whatever_is_sent_is_answered_or_refused_by_name(client, data, at, query):
    method = "PUT" if at in PUT else "POST"
    at = at.replace("%s", str(uuid4()))
    for response in (client.open(at, method=method, json=data), client.get(at, query_string={query: query})):
        assert response.status_code < 500, response.text
        assert response.status_code < 400 or response.json["code"]
