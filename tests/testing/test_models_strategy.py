"""What `models` draws can be inserted, and comes back as it was."""

from __future__ import annotations

import datetime as dt
import enum
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Any, Literal
from uuid import UUID

import attrs
import pytest
from databases import database_with
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from tables import model_of
from type_cases import SUBJECTS, Subject, every_type, same

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    FerraModel,
    PgRepository,
    QueryError,
    Table,
    Unset,
    insert_into,
)
from ferra_sync import types as t
from ferra_sync.testing import models, rehearsal
from ferra_sync.types import Range
from schema import Film, FilmPatch, Films, NewFilm, NewPost, Post, Product, User

few = settings(max_examples=15, deadline=None)
first = settings(max_examples=200, phases=[Phase.generate], database=None)
"""Without a search for the simplest."""


@pytest.fixture(scope="module")
def typed(server_url: str) -> Iterator[Database]:
    with database_with(server_url, *(of.table for of in SUBJECTS)) as db:
        yield db


def kept(db: Database, row: Any) -> Any:
    """Insert a row and return it as it was read, but for what was left to the server."""
    found = PgRepository(type(row), db).insert(row)
    left = {field.name for field in attrs.fields(type(row)) if getattr(row, field.name) is SERVER_DEFAULT}
    return attrs.evolve(found, **dict.fromkeys(left, SERVER_DEFAULT))


@every_type
@few
@given(data=st.data())
def test_values_of_every_type_come_back_as_they_were(typed: Database, of: Subject, data: st.DataObject) -> None:
    row = data.draw(models(of.model))
    with rehearsal(typed) as db:
        found = kept(db, row)
    for name in ("value", "other", "many"):
        assert same(getattr(found, name), getattr(row, name)), name


@pytest.mark.parametrize("model", [Film, User, Product])
@few
@given(data=st.data())
def test_every_model_of_the_reference_domain_can_be_inserted(
    ferra_database: Database, model: Any, data: st.DataObject
) -> None:
    row = data.draw(models(model))
    with rehearsal(ferra_database) as db:
        assert kept(db, row) == row


@few
@given(row=models(NewFilm))
def test_an_insertable_can_be_inserted(ferra_database: Database, row: NewFilm) -> None:
    with rehearsal(ferra_database) as db:
        film = db.fetch_one(insert_into(Films).values(row).returning(Film))
    assert (film.title, film.release_year) == (row.title, row.release_year)


def test_a_field_that_the_server_gives_is_left_to_it_and_may_be_given() -> None:
    assert find(models(Film), lambda _row: True).id is SERVER_DEFAULT
    assert find(models(Film, id=7), lambda _row: True).id == 7
    assert find(models(Film, id=st.integers(8)), lambda _row: True).id == 8


def test_what_may_be_null_is_sometimes_none_and_sometimes_not() -> None:
    assert find(models(Film), lambda film: film.release_year is None).release_year is None
    assert find(models(Film), lambda film: film.release_year is not None).release_year == 0


def test_a_changeset_sets_some_fields_and_leaves_others() -> None:
    patches = models(FilmPatch)
    assert find(patches, lambda patch: patch.title is UNSET and patch.archived is not UNSET).archived is False
    assert find(patches, lambda patch: patch.release_year is None)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Place:
    at: tuple[float, int]
    names: tuple[str, ...]
    kind: Literal["a", "b"] | None
    inner: Place | None
    ratio: Decimal


class Limited(Table):
    id = t.serial(primary_key=True)
    age = t.integer()
    price = t.numeric(6, 2)
    weight = t.double_precision()
    ratio = t.real()
    day = t.date()
    code = t.varchar(8)
    slug = t.text()
    tags = t.array(t.text())
    colour = t.enum(Colour)
    kind = t.text()
    host = t.inet()
    meta = t.jsonb()
    note = t.nullable(t.text())
    moods = t.array(t.nullable(t.text()))
    mark = t.char(4)
    span = t.calendar_interval()
    seen = t.timestamptz()
    raw = t.bytea()
    place = t.jsonb(Place)
    other = t.jsonb()
    starts = t.integer()
    ends = t.integer()


def _in_order(row: Any, _field: object, value: int) -> None:
    if value < row.starts:
        raise ValueError("ends before it starts")


@attrs.define(kw_only=True)
class Limit(FerraModel[Limited]):
    age: int = attrs.field(validator=[attrs.validators.ge(18), attrs.validators.lt(21)])
    price: Decimal = attrs.field(validator=attrs.validators.gt(Decimal("9999.97")))
    weight: float = attrs.field(validator=[attrs.validators.ge(0.5), attrs.validators.le(0.75)])
    ratio: float = attrs.field(validator=[attrs.validators.ge(1), attrs.validators.le(3)])
    day: dt.date = attrs.field(validator=attrs.validators.ge(dt.date(9999, 12, 1)))
    code: str = attrs.field(validator=attrs.validators.matches_re(r"[A-Z]{2}\d+"))
    slug: str = attrs.field(validator=[attrs.validators.min_len(2), attrs.validators.max_len(3)])
    tags: list[str] = attrs.field(
        validator=attrs.validators.deep_iterable(
            attrs.validators.in_(["a", "b"]), attrs.validators.and_(attrs.validators.instance_of(list))
        )
    )
    colour: Colour = attrs.field(validator=attrs.validators.in_([Colour.BLUE]))
    kind: Literal["x", "y"]
    host: IPv4Address
    meta: dict[str, int]
    moods: list[Literal["x", "y"] | None]
    mark: str = attrs.field(validator=attrs.validators.max_len(4))
    span: t.Interval
    seen: dt.datetime = attrs.field(validator=attrs.validators.ge(dt.datetime(9999, 1, 1, tzinfo=dt.UTC)))
    raw: bytes = attrs.field(validator=attrs.validators.min_len(250))
    place: Place
    other: list[dict[str, float]] | str
    note: str | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.min_len(3)))
    starts: int
    ends: int = attrs.field(validator=_in_order)
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def limited(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Limited) as db:
        yield db


@settings(max_examples=50, deadline=None)
@given(row=models(Limit))
def test_what_validators_and_annotations_ask_for_is_drawn(limited: Database, row: Limit) -> None:
    assert 18 <= row.age < 21
    assert row.price in {Decimal("9999.98"), Decimal("9999.99")}
    assert re.fullmatch(r"[A-Z]{2}\d+\n?", row.code)
    assert 2 <= len(row.slug) <= 3
    assert {*row.tags} <= {"a", "b"}
    assert row.colour is Colour.BLUE
    assert row.kind in {"x", "y"}
    assert type(row.host) is IPv4Address
    assert {*row.moods} <= {"x", "y", None}
    assert row.seen.year == 9999
    assert len(row.raw) >= 250
    assert all(type(value) is int for value in row.meta.values())
    assert row.starts <= row.ends
    with rehearsal(limited) as db:
        assert kept(db, row) == row


def test_what_references_another_row_must_be_given() -> None:
    message = r"Post\.user_id references users: say models\(Post, user_id=…\), or rows\(db, Post, …\)"
    with pytest.raises(QueryError, match=message):
        models(Post)
    with pytest.raises(QueryError, match=r"NewPost\.user_id references users"):
        models(NewPost)
    assert isinstance(find(models(Post, user_id=st.uuids()), lambda _row: True).user_id, UUID)


def test_what_may_reference_another_row_is_none_unless_it_is_given() -> None:
    class Nodes(Table):
        id = t.serial(primary_key=True)
        above = t.nullable(t.integer(references=lambda: Nodes.id))

    node = model_of(FerraModel[Nodes], above=(int | None, None), id=(int, SERVER_DEFAULT))
    assert find(models(node), lambda _row: True).above is None
    assert find(models(node, above=3), lambda _row: True).above == 3
    change = model_of(Changeset[Nodes], above=(int | Unset | None, UNSET))
    assert find(models(change), lambda _row: True).above is UNSET


def test_a_field_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(QueryError, match="Film has no field titel; it has title, release_year, archived, id"):
        models(Film, titel="x")


def test_values_that_only_their_author_knows_must_be_given() -> None:
    class Places(Table):
        id = t.serial(primary_key=True)
        at = t.custom("point", python=complex, dump=str, load=complex)

    place = model_of(FerraModel[Places], at=complex, id=(int, SERVER_DEFAULT))
    with pytest.raises(QueryError, match=r'Row\.at: the values of "point" are their author\'s: give a strategy'):
        models(place)
    assert find(models(place, at=1j), lambda _row: True).at == 1j


def test_an_array_of_arrays_is_rectangular(server_url: str) -> None:
    class Grids(Table):
        id = t.serial(primary_key=True)
        cells = t.array(t.array(t.integer()))

    grid = model_of(FerraModel[Grids], cells=list[list[int]], id=(int, SERVER_DEFAULT))
    with database_with(server_url, Grids) as db:
        for size in (0, 2):
            row = find(models(grid), lambda row: len(row.cells) == size, settings=first)  # noqa: B023 - called here
            assert PgRepository(grid, db).insert(row).cells == row.cells


def test_a_strategy_says_nothing_of_ranges_but_how_the_server_spells_them() -> None:
    class Spans(Table):
        id = t.serial(primary_key=True)
        days = t.daterange()

    span = model_of(FerraModel[Spans], days=Range[dt.date], id=(int, SERVER_DEFAULT))
    assert find(models(span), lambda row: not row.days.isempty and row.days.upper is not None).days.upper_inc is False


@attrs.define
class Weighed(FerraModel[Limited]):
    age: int
    price: Decimal
    weight: float = attrs.field(init=False, default=0.5)


def test_a_field_that_is_not_given_to_the_class_is_not_drawn() -> None:
    assert find(models(Weighed), lambda row: row.age > 3).weight == 0.5


@attrs.define
class Dated(FerraModel[Limited]):
    meta: dict[str, dt.date]


def test_a_document_that_json_cannot_hold_is_not_drawn() -> None:
    assert find(models(Dated), lambda _row: True, settings=first).meta == {}


def test_without_hypothesis_the_extra_is_named() -> None:
    script = "import sys; sys.modules['hypothesis'] = None; from ferra_sync.testing import models"
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert "ModuleNotFoundError: models and rows of ferra_sync.testing need Hypothesis" in done.stderr
    assert "pip install 'ferra-sync[testing]'" in done.stderr
