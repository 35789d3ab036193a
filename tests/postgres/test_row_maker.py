from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from tables import model_of

from ferra_sync import (
    JSON_NULL,
    SERVER_DEFAULT,
    Database,
    FerraDbError,
    FerraModel,
    Table,
    from_,
    insert_into,
    maybe,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Tone(enum.Enum):
    LOUD = "loud"
    QUIET = "quiet"


@attrs.frozen
class Place:
    name: str
    seen: dt.date | None = None
    tones: list[Tone] = attrs.Factory(list)


class Songs(Table):
    id = t.serial(primary_key=True)
    tone = t.nullable(t.enum(Tone))
    place = t.nullable(t.jsonb(Place))
    places = t.array(t.jsonb(Place), default=[])
    tones = t.array(t.enum(Tone), default=[])
    mac = t.nullable(t.macaddr())
    macs = t.array(t.macaddr(), default=[])
    raw = t.nullable(t.json())


class Covers(Songs, alias="covers"):
    pass


@attrs.frozen
class Song(FerraModel[Songs]):
    tone: Tone | None = None
    place: Place | None = None
    places: list[Place] = attrs.Factory(list)
    tones: list[Tone] = attrs.Factory(list)
    mac: str | None = None
    macs: list[str] = attrs.Factory(list)
    raw: Any = None
    id: int = SERVER_DEFAULT


@attrs.define
class Short(FerraModel[Songs]):
    id: int
    tone: Tone | None


@attrs.frozen
class Cover(FerraModel[Covers]):
    tone: Tone | None
    place: Place | None
    id: int


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Songs) as db:
        db.execute(insert_into(Songs).values(FULL, EMPTY))
        yield db


HALL = Place("hall", dt.date(2024, 1, 1), [Tone.LOUD])
MACS = ["08:00:2b:01:02:03"]
FULL = Song(Tone.QUIET, HALL, [HALL, Place("x")], [Tone.LOUD, Tone.QUIET], MACS[0], MACS, {"a": 1}, 1)
EMPTY = Song(id=2)


def test_what_is_written_is_read_whatever_the_row_is_made_of(db: Database) -> None:
    songs = from_(Songs).order_by(Songs.id)
    assert db.fetch_all(songs.select(Song)) == [FULL, EMPTY]
    assert db.fetch_all(songs.select(Songs.tone)) == [Tone.QUIET, None]
    assert db.fetch_all(songs.select(Songs.place, Songs.places)) == [(HALL, [HALL, Place("x")]), (None, [])]
    assert db.fetch_all(songs.select(Songs.id, Song, Short)) == [
        (1, FULL, Short(1, Tone.QUIET)),
        (2, EMPTY, Short(2, None)),
    ]
    assert db.fetch_all(songs.select(Songs.mac, Songs.macs, Songs.raw)) == [(MACS[0], MACS, {"a": 1}), (None, [], None)]


def test_a_streamed_row_and_a_row_of_a_page_are_the_same_as_a_fetched_one(db: Database) -> None:
    query = select(Song).order_by(Songs.id)
    assert list(db.stream(query)) == db.fetch_all(query) == list(db.fetch_page(query).items)
    assert list(db.stream(from_(Songs).order_by(Songs.id).select(Songs.tones, Song))) == [
        (FULL.tones, FULL),
        ([], EMPTY),
    ]
    assert [batch for batch in db.batches(select(Song), 1)] == [[FULL], [EMPTY]]  # noqa: C416 - lists of lists
    assert list(db.batches(from_(Songs).select(Songs.tone, Songs.id), 5)) == [[(Tone.QUIET, 1), (None, 2)]]
    assert list(db.batches(from_(Songs).select(Songs.id, Songs.mac), 1)) == [[(1, MACS[0])], [(2, None)]]


def test_converted_values_on_the_nullable_side_are_none(db: Database) -> None:
    query = from_(Songs).left_join(Covers, on=(Covers.id == Songs.id) & (Songs.id == 1)).order_by(Songs.id)
    rows = db.fetch_all(
        query.select(maybe(Cover), maybe(Covers.tone), maybe(Covers.tones), maybe(Covers.places), Short)
    )
    assert rows == [
        (Cover(Tone.QUIET, HALL, 1), Tone.QUIET, FULL.tones, FULL.places, Short(1, Tone.QUIET)),
        (None, None, None, None, Short(2, None)),
    ]


def test_json_null_in_the_first_column_is_not_a_missing_row(server_url: str) -> None:
    class Notes(Table):
        id = t.serial(primary_key=True)
        data = t.jsonb()

    class Links(Table):
        id = t.serial(primary_key=True)
        note_id = t.nullable(t.integer(references=Notes.id))

    note = model_of(FerraModel[Notes], data=object, id=int)
    with database_with(server_url, Notes, Links) as db:
        with db.connection() as connection:
            connection.execute("INSERT INTO notes (data) VALUES ('null')")
            connection.execute("INSERT INTO links (note_id) VALUES (1), (NULL)")
        query = from_(Links).left_join(Notes).order_by(Links.id).select(Links.id, maybe(note))
        assert db.fetch_all(query) == [(1, note(JSON_NULL, 1)), (2, None)]


def test_aggregates_and_functions_are_read_as_their_types(db: Database) -> None:
    array_agg = fn.aggregate("array_agg", t.enum(Tone), returns=t.nullable(t.array(t.nullable(t.enum(Tone)))))
    newest = fn.aggregate("max", t.enum(Tone), returns=t.nullable(t.enum(Tone)))
    row = db.fetch_one(from_(Songs).select(array_agg(Songs.tone), newest(Songs.tone), fn.min(Songs.tone)))
    assert sorted(row[0], key=str) == sorted([Tone.QUIET, None], key=str)
    assert row[1:] == (Tone.QUIET, Tone.QUIET)


def test_two_databases_with_other_oids_for_one_enum_read_the_same(server_url: str, db: Database) -> None:
    class Before(Table):
        first = t.enum(Tone, "another")

    with database_with(server_url, Before, Songs) as other:
        other.execute(insert_into(Songs).values(FULL))
        for _ in range(8):
            assert other.fetch_all(select(Song).find(1)) == db.fetch_all(select(Song).find(1)) == [FULL]


def test_null_where_the_declaration_says_there_is_none_is_an_error_and_no_value(db: Database) -> None:
    class Strict(Table, name="songs"):
        id = t.serial(primary_key=True)
        tone = t.enum(Tone)

    model = model_of(FerraModel[Strict], tone=Tone)
    songs = from_(Strict).order_by(Strict.id)
    for item, quiet in ((model, model(Tone.QUIET)), (Strict.tone, Tone.QUIET)):
        assert db.fetch_all(songs.limit(1).select(item)) == [quiet]
        with pytest.raises(FerraDbError, match="does not fit its Python type"):
            db.fetch_all(songs.select(item))
    assert db.fetch_all(songs.select(Strict.tone.cast(t.text()))) == ["quiet", None]
