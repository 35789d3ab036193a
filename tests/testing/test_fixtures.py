"""What the fixtures give a test, and what is left of it for the next."""

from __future__ import annotations

import threading

import psycopg
import pytest
from flask import Flask

from ferra_sync import Conflict, Database, Db, Observer, PgRepository, QueryEvent, delete_from
from ferra_sync.integrations.flask import Ferra, crud_blueprint
from ferra_sync.testing import Server, rehearsal
from schema import Film, Films, NewFilm


def titles(db: Database) -> list[str]:
    return sorted(film.title for film in PgRepository(Film, db).find_all())


@pytest.mark.parametrize("number", range(2))
def test_what_a_test_writes_is_not_there_for_the_next(ferra_db: Database, number: int) -> None:
    assert titles(ferra_db) == []
    PgRepository(Film, ferra_db).insert(Film("Alien"))
    assert titles(ferra_db) == ["Alien"]


def test_a_transaction_of_the_code_is_undone_alone_and_committed_alone(ferra_db: Database) -> None:
    films = PgRepository(Film, ferra_db)
    with ferra_db.transaction() as tx:
        films.insert_in_tx(tx, Film("kept"))
    with pytest.raises(Conflict):
        films.insert_many([Film("undone"), Film("kept")])
    with pytest.raises(LookupError), ferra_db.transaction() as tx:
        raise LookupError(films.insert_in_tx(tx, Film("undone")))
    ferra_db.begin().rollback()
    assert titles(ferra_db) == ["kept"]


def test_a_call_that_fails_is_undone_alone(ferra_db: Database) -> None:
    films = PgRepository(Film, ferra_db)
    films.insert(Film("kept"))
    with pytest.raises(Conflict):
        films.insert(Film("kept"))
    assert titles(ferra_db) == ["kept"]


def test_nobody_else_sees_what_is_rolled_back(ferra_db: Database, ferra_database: Database) -> None:
    PgRepository(Film, ferra_db).insert(Film("Alien"))
    assert titles(ferra_database) == []


def test_a_rehearsal_inside_another_leaves_the_outer_as_it_was(ferra_db: Database) -> None:
    films = PgRepository(Film, ferra_db)
    films.insert(Film("outer"))
    with rehearsal(ferra_db) as db:
        db.execute(delete_from(Films).all_rows())
        assert titles(db) == []
    assert titles(ferra_db) == ["outer"]


def test_a_fresh_database_is_the_tests_own(ferra_fresh_db: Database, ferra_server: Server) -> None:
    PgRepository(Film, ferra_fresh_db).insert(Film("committed"))
    with psycopg.connect(ferra_fresh_db.config.url) as connection:
        assert connection.execute("SELECT title, current_database() FROM films").fetchall() == [
            ("committed", connection.info.dbname)
        ]
        assert connection.info.dbname.startswith("ferra_test_")
    assert "ferra_test_" not in ferra_server.url


def test_threads_share_a_fresh_database(ferra_fresh_db: Database) -> None:
    def insert(number: int) -> None:
        PgRepository(Film, ferra_fresh_db).insert(Film(f"film {number}"))

    threads = [threading.Thread(target=insert, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(titles(ferra_fresh_db)) == 4


def test_the_template_takes_no_connections(ferra_server: Server, ferra_template: str) -> None:
    url = ferra_server._url_of(ferra_template)
    with pytest.raises(Db, match="not currently accepting connections"):
        Database.connect(url)


def test_an_application_of_flask_takes_the_database_of_a_test(ferra_db: Database) -> None:
    app = Flask("tested")
    Ferra(app, database=ferra_db)
    app.register_blueprint(crud_blueprint(Film, create=NewFilm))
    assert app.test_client().post("/films", json={"title": "Alien"}).status_code == 201
    assert app.test_client().post("/films", json={"title": "Alien"}).status_code == 409
    assert titles(ferra_db) == ["Alien"]


def test_the_observers_of_a_database_hear_of_its_rehearsal(ferra_fresh_db: Database) -> None:
    heard: list[str] = []

    class Hearing(Observer):
        def on_query(self, event: QueryEvent) -> None:
            if not event.is_internal:
                heard.append(event.summary)

    with (
        Database.connect(ferra_fresh_db.config.url, observers=(Hearing(),)) as db,
        rehearsal(db) as rehearsed,
        rehearsed.counting() as counter,
    ):
        assert titles(rehearsed) == []
    assert heard == ["SELECT films"]
    assert counter.queries == 1
