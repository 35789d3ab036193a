"""The verbs of one table."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID, uuid4

import attrs
import pytest
from databases import fresh_database
from films import Film, Films, FilmTitle, Seat, Seats, Serial, Serials
from tables import truncate

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    DatabaseConfig,
    FerraRepository,
    NotFound,
    PgRepository,
    select,
)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Films, Seats, Serials) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with Database.connect(config=DatabaseConfig(database_url, max_connections=4, acquire_timeout=20)) as db:
        with db.connection() as connection:
            connection.execute(truncate(Films, Seats, Serials))
        yield db


@pytest.fixture
def films(db: Database) -> PgRepository[Film]:
    return PgRepository(Film, db)


@pytest.fixture
def alien(films: PgRepository[Film]) -> Film:
    return films.insert(Film("Alien", 1979, Decimal("8.5")))


# The ten methods


def test_an_inserted_row_comes_back_as_the_server_has_it(films):
    made = films.insert(Film("Alien", 1979, Decimal("8.25")))
    assert isinstance(made.id, UUID)
    assert made.created_at.tzinfo is not None
    assert made.rating == Decimal("8.3")
    assert films.find_by_id(made.id) == made


def test_inserting_leaves_the_given_model_alone(films):
    given = Film("Alien", 1979)
    films.insert(given)
    assert given.id is SERVER_DEFAULT


def test_a_key_may_be_given(films):
    key = uuid4()
    assert films.insert(Film("Alien", 1979, id=key)).id == key


def test_a_key_that_is_not_there_is_not_found(films):
    key = uuid4()
    with pytest.raises(NotFound, match=f"^films/{key} not found$"):
        films.find_by_id(key)


def test_inserting_a_taken_unique_value_is_a_conflict(films, alien):
    with pytest.raises(Conflict, match=r'^unique constraint "films_title_key" violated on column "title"$'):
        films.insert(Film("Alien", 1986))
    assert films.count() == 1


def test_update_sets_every_column_and_returns_the_row(films, alien):
    changed = films.update(alien.id, Film("Aliens", 1986, None))
    assert (changed.id, changed.title, changed.year, changed.rating) == (alien.id, "Aliens", 1986, None)
    assert films.find_by_id(alien.id) == changed


def test_update_stamps_the_on_update_column_whatever_the_model_carries(films, alien):
    changed = films.update(alien.id, attrs.evolve(alien, year=1980))
    assert changed.updated_at > alien.updated_at
    assert changed.created_at == alien.created_at


def test_update_takes_a_model_with_the_same_key_or_with_none(films, alien):
    assert films.update(alien.id, attrs.evolve(alien, year=1980)).year == 1980
    assert films.update(alien.id, attrs.evolve(alien, year=1981, id=SERVER_DEFAULT)).year == 1981


def test_update_with_another_key_is_a_value_error_and_changes_nothing(films, alien):
    with pytest.raises(ValueError, match="another key"):
        films.update(alien.id, attrs.evolve(alien, id=uuid4(), year=1980))
    assert films.find_by_id(alien.id) == alien


def test_update_of_a_row_that_is_not_there_is_not_found(films):
    key = uuid4()
    with pytest.raises(NotFound, match=f"^films/{key} not found$"):
        films.update(key, Film("Alien", 1979))


def test_update_to_a_taken_unique_value_is_a_conflict(films, alien):
    other = films.insert(Film("Aliens", 1986))
    with pytest.raises(Conflict):
        films.update(other.id, attrs.evolve(other, title="Alien"))
    assert films.find_by_id(other.id) == other


def test_delete_returns_nothing_and_the_row_is_gone(films, alien):
    assert films.delete(alien.id) is None
    with pytest.raises(NotFound):
        films.find_by_id(alien.id)


def test_delete_of_a_row_that_is_not_there_is_not_found(films, alien):
    films.delete(alien.id)
    with pytest.raises(NotFound, match=f"^films/{alien.id} not found$"):
        films.delete(alien.id)


def test_find_page_pages_in_the_order_of_the_key(films):
    for year in range(1990, 1997):
        films.insert(Film(f"Film {year}", year))
    keys = sorted(film.id for film in films.find_all())
    pages = [films.find_page(number, 3) for number in (1, 2, 3, 4)]
    assert [film.id for page in pages for film in page.items] == keys
    assert {page.total for page in pages} == {7}
    assert [len(page.items) for page in pages] == [3, 3, 1, 0]


def test_find_page_has_twenty_rows_where_nothing_else_is_said(films):
    for year in range(1990, 2012):
        films.insert(Film(f"Film {year}", year))
    page = films.find_page()
    assert (page.page, page.per_page, len(page.items), page.total, page.has_next) == (1, 20, 20, 22, True)


def test_the_five_in_tx_see_and_make_the_transactions_own_changes(db, films):
    with db.transaction() as tx:
        made = films.insert_in_tx(tx, Film("Alien", 1979))
        assert films.find_by_id_in_tx(tx, made.id) == made
        assert films.find_page_in_tx(tx, 1, 5).items == [made]
        changed = films.update_in_tx(tx, made.id, attrs.evolve(made, year=1980))
        gone = films.insert_in_tx(tx, Film("Gone", 1990))
        films.delete_in_tx(tx, gone.id)
        assert films.count() == 0
    assert films.find_all() == [changed]


def test_the_five_in_tx_are_undone_with_the_transaction(db, films, alien):
    with db.begin() as tx:
        films.insert_in_tx(tx, Film("Other", 1979))
        films.update_in_tx(tx, alien.id, Film("Changed", 1979))
    assert films.find_all() == [alien]


def test_the_five_in_tx_raise_what_the_others_raise(db, films, alien):
    with db.begin() as tx:
        missing = uuid4()
        with pytest.raises(NotFound):
            films.find_by_id_in_tx(tx, missing)
        with pytest.raises(NotFound):
            films.update_in_tx(tx, missing, Film("x", 2000))
        with pytest.raises(NotFound):
            films.delete_in_tx(tx, missing)
        with pytest.raises(ValueError, match="another key"):
            films.update_in_tx(tx, alien.id, Film("x", 2000, id=missing))
        with pytest.raises(ValueError, match="per_page"):
            films.find_page_in_tx(tx, 1, 0)
        with tx.savepoint() as savepoint:
            films.delete_in_tx(savepoint, alien.id)
        with pytest.raises(NotFound):
            films.find_by_id_in_tx(tx, alien.id)


def test_a_repository_satisfies_the_protocol(films):
    repository: FerraRepository[Film] = films
    assert repository.find_page(1, 5).items == []


def test_a_repository_may_live_in_a_transaction(db):
    with db.begin() as tx:
        inside = PgRepository(Film, tx)
        made = inside.save(inside.insert(Film("Alien", 1979)))
        assert inside.find_by(Films.title == "Alien") == [made]
        assert inside.count() == len(inside.insert_many([Film("a", 2000)])) == 1 or inside.count() == 2
    assert PgRepository(Film, db).count() == 0


# Beside the ten


def test_find_all_is_in_the_order_of_the_key_or_in_the_one_asked_for(db):
    serials = PgRepository(Serial, db)
    for name in ("b", "c", "a", "b"):
        serials.insert(Serial(name))
    serials.update(1, Serial("b"))
    assert [row.id for row in serials.find_all()] == [1, 2, 3, 4]
    assert [row.id for row in serials.find_all(order_by=[Serials.name])] == [3, 1, 4, 2]
    assert [row.id for row in serials.find_all(order_by=[Serials.name.desc(), Serials.id.desc()])] == [2, 4, 1, 3]


def test_find_by_keeps_the_rows_for_which_all_predicates_hold(films):
    for year in (1979, 1986, 1992, 1997):
        films.insert(Film(f"Film {year}", year, Decimal(7) if year > 1990 else None))
    assert [film.year for film in films.find_by(Films.year > 1980, Films.rating.is_null())] == [1986]
    assert [film.year for film in films.find_by(Films.year < 1990, order_by=[Films.year.desc()])] == [1986, 1979]
    assert films.find_by(Films.year == 1) == []
    assert len(films.find_by()) == 4


def test_count_counts_all_rows_or_those_for_which_the_predicates_hold(films):
    assert films.count() == 0
    for year in (1979, 1986, 1992):
        films.insert(Film(f"Film {year}", year))
    assert films.count() == 3
    assert films.count(Films.year > 1980) == 2
    assert films.count(Films.year > 1980, Films.title == "Film 1992") == 1


def test_exists_says_whether_there_is_a_row_with_the_key(films, alien):
    assert films.exists(alien.id) is True
    assert films.exists(uuid4()) is False


def test_save_inserts_a_row_whose_key_is_new(films):
    key = uuid4()
    assert films.save(Film("Alien", 1979, id=key)).id == key
    assert films.save(Film("Aliens", 1986)).title == "Aliens"
    assert films.count() == 2


def test_save_sets_every_column_where_the_key_is_known_and_stamps_on_update(films, alien):
    saved = films.save(attrs.evolve(alien, title="Aliens", rating=None))
    assert (saved.id, saved.title, saved.rating) == (alien.id, "Aliens", None)
    assert saved.updated_at > alien.updated_at
    assert saved.created_at == alien.created_at
    assert films.find_all() == [saved]


def test_save_that_meets_another_unique_constraint_is_a_conflict(films, alien):
    other = films.insert(Film("Aliens", 1986))
    with pytest.raises(Conflict) as caught:
        films.save(attrs.evolve(other, title="Alien"))
    assert caught.value.columns == ("title",)
    with pytest.raises(Conflict):
        films.save(Film("Alien", 1986))
    assert films.find_by_id(other.id) == other


def test_sixteen_threads_that_save_one_key_leave_one_row_and_no_error(db):
    seats = PgRepository(Seat, db)
    together = threading.Barrier(16)

    def save(number: int) -> Seat:
        together.wait(timeout=30)
        return seats.save(Seat("A", 1, taken=number % 2 == 0))

    with ThreadPoolExecutor(16) as threads:
        saved = list(threads.map(save, range(16)))
    assert [seat.taken for seat in saved] == [number % 2 == 0 for number in range(16)]
    assert seats.count() == 1


def test_save_with_a_composite_key_inserts_and_updates(db):
    seats = PgRepository(Seat, db)
    assert seats.save(Seat("A", 1)) == Seat("A", 1)
    assert seats.save(Seat("A", 1, taken=True)) == Seat("A", 1, taken=True)
    assert seats.find_all() == [Seat("A", 1, taken=True)]


def test_a_repository_shows_its_model_and_table_and_no_password(films):
    assert repr(films) == "<PgRepository of Film on films>"


def test_a_repository_cannot_be_given_new_attributes(films):
    with pytest.raises(AttributeError):
        films.note = "x"


def test_two_repositories_of_one_table_share_nothing_but_the_rows(db, films, alien):
    assert PgRepository(FilmTitle, db).find_by_id(alien.id).title == "Alien"
    assert db.fetch_one(select(Film).find(alien.id)) == alien
