from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

ALIEN = {"title": "Alien", "release_year": 1979}
LAMP = {"name": "Lamp", "price": 19.9, "sku": "L-1", "category": "light"}


def made(client: FlaskClient, url: str, body: dict[str, Any]) -> str:
    """Return where the row is that comes of a body."""
    answer = client.post(url, json=body)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def test_a_row_is_created_read_changed_replaced_and_deleted(client: FlaskClient) -> None:
    answer = client.post("/films", json=ALIEN)
    assert answer.status_code == 201
    film = answer.json
    assert film == {"id": film["id"], "title": "Alien", "release_year": 1979, "archived": False}
    here = answer.headers["Location"]
    assert here == f"/films/{film['id']}"
    assert client.get(here).json == film
    assert client.patch(here, json={"archived": True}).json == film | {"archived": True}
    assert client.put(here, json={"title": "Aliens"}).json == film | {"title": "Aliens", "release_year": None}
    gone = client.delete(here)
    assert (gone.status_code, gone.data, gone.content_type) == (204, b"", None)
    assert client.get(here).json == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": f"films/{film['id']} not found",
        "code": "NOT_FOUND",
    }


def test_what_a_patch_leaves_out_stays_and_null_is_null(client: FlaskClient) -> None:
    here = made(client, "/films", ALIEN)
    assert client.patch(here, json={}).json["release_year"] == 1979
    assert client.patch(here, json={"title": "Aliens"}).json["release_year"] == 1979
    assert client.patch(here, json={"release_year": None}).json["release_year"] is None
    refused = client.patch(here, json={"title": None})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["title"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "GET"])
def test_what_is_not_there_is_not_found(client: FlaskClient, method: str) -> None:
    answer = client.open("/films/4242", method=method, json={"title": "x"})
    assert (answer.status_code, answer.json["detail"]) == (404, "films/4242 not found")


def test_a_list_is_a_page_filtered_and_sorted_by_what_is_allowed(client: FlaskClient) -> None:
    for title, year in (("Alien", 1979), ("Aliens", 1986), ("Blade Runner", 1982), ("Nameless", None)):
        made(client, "/films", {"title": title, "release_year": year})

    def titles(query: str) -> list[str]:
        return [film["title"] for film in client.get(f"/films?{query}").json["items"]]

    assert titles("") == ["Alien", "Aliens", "Blade Runner", "Nameless"]
    assert titles("sort=-title") == ["Nameless", "Blade Runner", "Aliens", "Alien"]
    assert titles("title=ali&since=1980") == ["Aliens"]
    assert titles("release_year=null") == ["Nameless"]
    page = client.get("/films?page=2&per_page=3").json
    assert ([film["title"] for film in page.pop("items")], page) == (
        ["Nameless"],
        {
            "total": 4,
            "page": 2,
            "per_page": 3,
            "total_is_exact": True,
            "total_pages": 2,
            "has_next": False,
            "has_previous": True,
        },
    )


def test_a_list_by_keyset_goes_on_from_its_tokens_to_the_end(client: FlaskClient) -> None:
    for number in range(5):
        made(client, "/products", LAMP | {"sku": f"L-{number}"})
    first = client.get("/products?limit=100").json
    assert (len(first["items"]), first["has_next"]) == (3, True)
    second = client.get("/products", query_string={"after": first["next"]}).json
    assert (len(second["items"]), second["has_next"]) == (2, False)
    back = client.get("/products", query_string={"before": second["previous"]}).json
    assert back["items"] == first["items"]


def test_all_bad_fields_are_told_at_once_and_no_value_is_shown(client: FlaskClient) -> None:
    answer = client.post("/products", json={"name": "", "price": "s3cret", "sku": 1, "colour": "red", "id": "x"})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["name", "price", "sku", "category", "colour", "id"]
    assert answer.json["errors"]["colour"] == "is unknown"
    assert answer.json["errors"]["id"] == "is set by the server"
    assert answer.json["code"] == "VALIDATION_ERROR"
    assert "s3cret" not in answer.text


def test_an_unknown_member_of_an_enum_is_not_valid(client: FlaskClient) -> None:
    user = {"username": "al", "email": "al@x", "display_name": "Al", "password_hash": "h4sh", "role": "root"}
    answer = client.post("/api/users", json=user)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["role"])


def test_a_secret_is_taken_and_never_answered(client: FlaskClient) -> None:
    user = {"username": "al", "email": "al@x", "display_name": "Al", "password_hash": "h4sh", "role": "admin"}
    here = made(client, "/api/users", user)
    answers = [
        client.get(here),
        client.get("/api/users"),
        client.patch(here, json={"password_hash": "0ther", "is_active": False}),
        client.post("/api/users", json=user),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 409]
    assert not any(word in answer.text for answer in answers for word in ("h4sh", "0ther", "password"))


def test_an_operation_that_was_not_chosen_is_no_method_of_the_url(client: FlaskClient) -> None:
    here = made(client, "/api/users", {"username": "al", "email": "@", "display_name": "Al", "password_hash": "x"})
    answer = client.delete(here)
    assert (answer.status_code, answer.json["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PATCH"}


def test_what_the_database_refuses_is_a_conflict_in_the_words_of_the_error(client: FlaskClient) -> None:
    made(client, "/films", ALIEN)
    made(client, "/products", LAMP)
    film, product = client.post("/films", json=ALIEN), client.post("/products", json=LAMP)
    assert (film.status_code, film.json["code"]) == (409, "CONFLICT")
    assert film.json["detail"] == 'unique constraint "films_title_key" violated on column "title"'
    assert (product.status_code, product.json["code"]) == (409, "DUPLICATE_SKU")
    assert client.get("/films").json["total"] == 1


def test_an_application_names_its_own_codes(client: FlaskClient) -> None:
    answer = client.get("/products/00000000-0000-0000-0000-000000000000")
    assert (answer.status_code, answer.json["code"]) == (404, "PRODUCT_NOT_FOUND")


def test_a_fraction_is_exact_where_its_column_is(client: FlaskClient) -> None:
    here = made(client, "/products", LAMP | {"price": 0.1})
    assert client.get(here).json["price"] == "0.10"
    assert client.patch(here, json={"price": "12.34"}).json["price"] == "12.34"


def test_the_key_of_a_body_is_that_of_its_url(client: FlaskClient) -> None:
    here = made(client, "/films", ALIEN)
    key = int(here.rpartition("/")[2])
    assert client.put(here, json={"id": key, "title": "Aliens"}).status_code == 200
    answer = client.put(here, json={"id": key + 1, "title": "Aliens"})
    assert (answer.status_code, answer.json["errors"]) == (422, {"id": "is another than the URL's"})
