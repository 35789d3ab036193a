from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

HOSTILE = [
    "",
    " ",
    "0",
    "-1",
    "1e3",
    "9" * 400,
    "NaN",
    "null",
    "\0",
    "a\0b",
    "%00",
    "%ff%fe",
    "%c0%80",
    "%ed%a0%80",
    "../../etc/passwd",
    "'; DROP TABLE films; --",
    '" OR 1=1',
    "$1",
    "%s",
    "{}",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "\u202e",
    "\U0001f4a3" * 50,
    "x" * 20_000,
]

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
bodies = st.dictionaries(
    st.sampled_from(["title", "release_year", "archived", "id", "", "\0", "name", "price", "sku", "category"])
    | st.text(max_size=6),
    json_values,
    max_size=6,
)


def refused(answer: Any) -> bool:
    """Whether an answer is a named refusal; a server error fails."""
    assert answer.status_code < 500, answer.text
    if answer.status_code < 400:
        return False
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"].isupper()
    return True


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_hostile_key_is_refused_by_name(client: FlaskClient, method: str, text: str) -> None:
    for path in (f"/films/{quote(text)}", f"/products/{quote(text)}", f"/films/{text}"):
        answer = client.open(path, method=method, json={"title": "x"})
        assert refused(answer) or (method == "GET" and not text.strip("/ ")), answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_parameter_is_answered_or_refused_by_name(client: FlaskClient, text: str) -> None:
    names = ("title", "since", "archived", "page", "per_page", "sort", "limit", "after", "before", "nothing")
    for name in names:
        for path in (f"/films?{name}={quote(text)}", f"/products?{name}={quote(text)}", f"/films?{name}={text}"):
            refused(client.get(path))


def test_a_query_string_that_is_no_text_is_refused(client: FlaskClient) -> None:
    raw = {"QUERY_STRING": "title=\xff\xfe"}
    answer = client.get("/films", environ_overrides=raw)
    assert (answer.status_code, answer.json["code"]) == (400, "INVALID_REQUEST")
    assert refused(client.get("/films?title=%ff"))
    assert refused(client.get("/films?" + "&".join(f"a{n}=1" for n in range(2000))))


def test_a_page_past_everything_is_empty_and_a_page_that_is_too_large_is_cut(client: FlaskClient) -> None:
    client.post("/films", json={"title": "Alien"})
    far = client.get(f"/films?page={2**62}&per_page=50").json
    assert (far["items"], far["total"]) == ([], 1)
    assert client.get(f"/films?page={2**70}").json["items"] == []
    assert client.get("/films?per_page=1000000").json["per_page"] == 100
    assert client.get("/films?per_page=0").status_code == 422
    assert client.get("/films?page=-5").json["page"] == 1
    assert client.get("/products?limit=0").status_code == 422
    assert client.get("/products?after=x&before=y").json["errors"] == {"before": "goes the other way than after"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b'"title"',
        b"null",
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b'{"title": 1e999}',
        b'{"title": "a", "title": "b"}',
        b'{"title": "\xff"}',
        b'\xef\xbb\xbf{"title": "a"}',
        b"[" * 100_000,
        b'{"title":' * 50_000,
        b'{"release_year": ' + b"9" * 5000 + b"}",
        '{"title": "a"}'.encode("utf-16"),
        b'{"title": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"title": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    ],
)
def test_what_is_no_json_is_refused_as_such(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/films", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/xml", "application/json; charset=latin-1", "application/jsonx"]
)
def test_what_is_not_called_json_is_not_read(client: FlaskClient, content_type: str) -> None:
    answer = client.post("/films", data=b'{"title": "a"}', content_type=content_type)
    assert (answer.status_code, answer.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "content_type",
    ["application/json;charset=UTF-8", "application/merge-patch+json", ' Application/JSON; charset="utf-8"'],
)
def test_json_may_be_called_otherwise(client: FlaskClient, content_type: str) -> None:
    assert client.post("/films", data=b'{"title": "a"}', content_type=content_type).status_code == 201


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    body = json.dumps({"title": "x" * 2**20}).encode()
    answer = client.post("/films", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (413, "CONTENT_TOO_LARGE")


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 300])
def test_a_text_that_the_database_cannot_hold_is_not_valid(client: FlaskClient, text: str) -> None:
    product = {"name": text, "price": 1, "sku": "s", "category": "c"}
    answer = client.post("/products", json=product)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["name"])


@pytest.mark.parametrize("price", [1e300, 123456789.0, "1e99999", "NaN", "Infinity", "-0", 0.001, 10**40])
def test_a_number_that_the_database_cannot_hold_is_not_valid(client: FlaskClient, price: object) -> None:
    answer = client.post("/products", json={"name": "n", "price": price, "sku": "s", "category": "c"})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["price"])


def test_what_a_column_cannot_hold_is_told_with_everything_else(client: FlaskClient) -> None:
    product = {"name": "x" * 101, "price": "1.001", "sku": "a\0", "category": 1, "stock_quantity": 2**31}
    assert client.post("/products", json=product).json["errors"] == {
        "category": "products.category is varchar(50) (str), not int",
        "name": "is longer than 100 characters",
        "price": "has more than 2 digits after the point",
        "sku": "holds NUL or half a surrogate pair, which no text of the database does",
        "stock_quantity": "is out of range",
    }


@few
@given(body=bodies, target=st.sampled_from(["/films", "/products", "/api/users"]))
def test_any_json_is_a_row_or_is_refused_by_name(client: FlaskClient, body: dict[str, Any], target: str) -> None:
    data = json.dumps(body)
    for method in ("POST", "PUT", "PATCH"):
        path = target if method == "POST" else f"{target}/1"
        refused(client.open(path, method=method, data=data, content_type="application/json"))


@few
@given(body=st.binary(max_size=60))
def test_any_bytes_are_a_row_or_are_refused_by_name(client: FlaskClient, body: bytes) -> None:
    refused(client.post("/films", data=body, content_type="application/json"))


@few
@given(
    path=st.text(alphabet=st.characters(codec=None), max_size=20),
    query=st.dictionaries(st.sampled_from(["title", "page", "sort", "after", "x"]), st.text(max_size=20), max_size=4),
    make=st.sampled_from(
        [lambda text: quote(text, errors="surrogatepass"), lambda text: quote(text, "/%", None, "replace")]
    ),
)
def test_any_url_is_answered_or_refused_by_name(
    client: FlaskClient, path: str, query: dict[str, str], make: Callable[[str], str]
) -> None:
    for root in ("/films", "/products"):
        refused(client.get(f"{root}/{make(path)}", query_string=query))
        refused(client.get(root, query_string=query))
