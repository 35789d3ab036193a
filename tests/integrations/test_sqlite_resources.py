"""The resources of REST over SQLite: each operation, filters, keyset pages, If-Match, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    ConfigError,
    Databases,
    FerraModel,
    Filter,
    Insertable,
    Sort,
    SqliteDatabase,
    Table,
    Unset,
    by,
)
from ferra_sync import types as t
from ferra_sync.integrations.flask import CrudOptions, Ferra, Listing, crud_blueprint


class Songs(Table):
    id = t.serial(primary_key=True)
    title = t.text(unique=True)
    seconds = t.smallint(default=180)
    version = t.integer(version=True, default=1)


@attrs.define
class Song(FerraModel[Songs]):
    title: str
    seconds: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT
    version: int = SERVER_DEFAULT


@attrs.define
class NewSong(Insertable[Songs]):
    title: str


@attrs.define
class SongPatch(Changeset[Songs]):
    title: str | Unset = UNSET
    seconds: int | Unset = UNSET


@attrs.frozen
class SongFilter(Filter[Songs]):
    longer_than: int | Unset = by(Songs.seconds.__gt__)


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    with Databases({"default": "sqlite::memory:"}) as databases:
        db = databases.open()
        assert isinstance(db, SqliteDatabase)
        db.create_tables(Songs)
        app = Flask("songs")
        Ferra(app)
        options = CrudOptions(repository=lambda: databases.repository(Song))
        listing = Listing(SongFilter, Sort.of(Songs.title, Songs.seconds), paging="keyset")
        app.register_blueprint(crud_blueprint(Song, create=NewSong, change=SongPatch, listing=listing, options=options))
        yield app.test_client()


def test_each_operation_is_served(client: FlaskClient) -> None:
    made = client.post("/songs", json={"title": "Yesterday"})
    assert (made.status_code, made.json) == (201, {"id": 1, "title": "Yesterday", "seconds": 180, "version": 1})
    here, tag = made.headers["Location"], made.headers["ETag"]
    assert client.get(here, headers={"If-None-Match": tag}).status_code == 304
    assert client.patch(here, json={"seconds": 125}, headers={"If-Match": tag}).json["seconds"] == 125
    stale = client.put(here, json={"title": "Help!"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json["code"]) == (412, "PRECONDITION_FAILED")
    assert client.patch(here, json={}).json["version"] == 2
    tag = client.get(here).headers["ETag"]
    assert client.delete(here, headers={"If-Match": tag}).status_code == 204
    assert client.get(here).status_code == 404


def test_lists_are_filtered_sorted_and_walked(client: FlaskClient) -> None:
    for number in range(5):
        here = client.post("/songs", json={"title": f"{number}"}).headers["Location"]
        client.patch(here, json={"seconds": 100 + number})
    first: Any = client.get("/songs?longer_than=100&sort=-title&limit=3").json
    assert [each["title"] for each in first["items"]] == ["4", "3", "2"]
    rest: Any = client.get("/songs", query_string={"longer_than": 100, "sort": "-title", "after": first["next"]}).json
    assert [each["title"] for each in rest["items"]] == ["1"]


def test_what_is_refused_has_its_problem(client: FlaskClient) -> None:
    here = client.post("/songs", json={"title": "Yesterday"}).headers["Location"]
    for answer, status in (
        (client.post("/songs", json={"title": "Yesterday"}), 409),
        (client.post("/songs", json={"title": 5}), 422),
        (client.post("/songs", json={"title": "a\0b"}), 422),
        (client.patch(here, json={"seconds": 2**40}), 422),
        (client.get("/songs?sort=version"), 422),
        (client.get("/songs/99"), 404),
    ):
        assert answer.status_code == status, answer.text
    assert [each["title"] for each in client.get("/songs").json["items"]] == ["Yesterday"]  # type: ignore[index]


def test_the_extension_opens_postgresql_alone_and_migrates_both(tmp_path: Path) -> None:
    made = tmp_path / "sql" / "20250301000000_create_songs"
    made.mkdir(parents=True)
    (made / "up.sql").write_text("CREATE TABLE songs (id INTEGER)")
    app = Flask("songs")
    app.config |= {"FERRA_DATABASE_URL": f"sqlite:///{tmp_path}/songs.db", "FERRA_MIGRATIONS": str(made.parent)}
    ferra = Ferra(app)
    with pytest.raises(ConfigError, match=r"begins with sqlite: say SqliteDatabase\.connect, or Databases"):
        ferra.db.ping()
    result = app.test_cli_runner().invoke(args=["ferra", "migration", "run"])
    assert (result.exit_code, result.output) == (0, "applied 20250301000000_create_songs\n")
