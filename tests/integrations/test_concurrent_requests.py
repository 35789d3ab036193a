from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from integrations_app import add_resources

from ferra_sync import Database
from ferra_sync.integrations.flask import Ferra

CLIENTS = 16


@pytest.fixture
def shared(db: Database) -> Flask:
    """An application whose rows stay, until its database is dropped."""
    app = Flask("shared")
    Ferra(app, database=db)
    add_resources(app)
    return app


def at_once(app: Flask, method: str, url: str, headers: dict[str, str] | None = None, **body: Any) -> Counter[int]:
    """Send one request from each of many threads at one moment; each has `title` of its own where that is None."""
    barrier = Barrier(CLIENTS)

    def send(number: int) -> int:
        client = app.test_client()
        content = {name: f"{number}" if value is None else value for name, value in body.items()}
        barrier.wait()
        return client.open(url, method=method, json=content, headers=headers).status_code

    with ThreadPoolExecutor(CLIENTS) as threads:
        return Counter(threads.map(send, range(CLIENTS)))


def test_of_many_who_create_the_same_row_one_does(shared: Flask) -> None:
    assert at_once(shared, "POST", "/films", title="Alien") == {201: 1, 409: CLIENTS - 1}
    assert shared.test_client().get("/films").json["total"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_of_many_who_change_what_they_have_seen_one_does(shared: Flask, method: str) -> None:
    made = shared.test_client().post("/films", json={"title": "Alien"})
    here, tag = made.headers["Location"], made.headers["ETag"]
    assert at_once(shared, method, here, {"If-Match": tag}, title=None) == {200: 1, 412: CLIENTS - 1}


def test_of_many_who_delete_a_row_one_does(shared: Flask) -> None:
    made = shared.test_client().post("/films", json={"title": "Alien"})
    assert at_once(shared, "DELETE", made.headers["Location"], {"If-Match": made.headers["ETag"]}) == {
        204: 1,
        404: CLIENTS - 1,
    }


def test_a_list_is_read_by_many_at_once(shared: Flask) -> None:
    assert at_once(shared, "GET", "/films?sort=title&title=a") == {200: CLIENTS}
