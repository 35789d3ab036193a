from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from integrations_app import CODES, add_resources

from ferra_sync import ConfigError, Database, Db, QueryError, insert_into, select
from ferra_sync.integrations.flask import Ferra
from schema import Film, Films, NewFilm

ROOT = Path(__file__).resolve().parents[2]


def configured(url: str, **more: object) -> Flask:
    app = Flask("configured")
    app.config.update(FERRA_DATABASE_URL=url, **more)
    return app


@pytest.fixture
def opened(module_db: Database) -> Iterator[tuple[Ferra, Flask]]:
    ferra, app = Ferra(), configured(module_db.config.url, FERRA_MAX_CONNECTIONS=3)
    ferra.init_app(app)
    yield ferra, app
    ferra.of(app).close()


def test_the_database_is_that_of_the_settings_inside_a_request_and_outside(opened: tuple[Ferra, Flask]) -> None:
    ferra, app = opened
    assert ferra.db is app.extensions["ferra"].db
    assert ferra.db.config.max_connections == 3
    with app.app_context():
        assert ferra.db is app.extensions["ferra"].db
    assert ferra.db.fetch_all(select(Film)) == []


def test_nothing_is_opened_before_it_is_used() -> None:
    app = configured("postgresql://nobody@127.0.0.1:1/nowhere")
    ferra = Ferra(app)
    add_resources(app)
    with pytest.raises(Db):
        _ = ferra.db
    answer = app.test_client().get("/films")
    assert (answer.status_code, answer.json["code"], "nobody" in answer.text) == (503, "UNAVAILABLE", False)


def test_threads_open_one_database(opened: tuple[Ferra, Flask]) -> None:
    ferra, _ = opened
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: id(ferra.db), range(64)))) == 1


def test_after_close_the_next_call_opens_another(opened: tuple[Ferra, Flask]) -> None:
    ferra, app = opened
    first = ferra.db
    ferra.of(app).close()
    with pytest.raises(Db, match="closed"):
        first.ping()
    ferra.db.ping()


def test_several_applications_have_a_database_each(module_db: Database) -> None:
    ferra = Ferra()
    apps = [configured(module_db.config.url, FERRA_APPLICATION_NAME=name) for name in ("one", "two")]
    for app in apps:
        ferra.init_app(app)
    with pytest.raises(ConfigError, match="several applications"):
        _ = ferra.db
    for app, name in zip(apps, ("one", "two"), strict=True):
        with app.app_context():
            assert ferra.db.config.application_name == name
        ferra.of(app).close()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"FERRA_MAX_CONECTIONS": 3}, "there is no setting FERRA_MAX_CONECTIONS"),
        ({"FERRA_MAX_CONNECTIONS": 0}, "max_connections is 0"),
        ({"FERRA_DATABASE_URL": "postgresql://u:s3cret@host:port/x"}, "port"),
        ({"FERRA_DATABASE_URL": 5}, "url"),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, object], message: str) -> None:
    app = Flask("wrong")
    app.config.update(settings)
    with pytest.raises(ConfigError, match=message) as raised:
        Ferra(app)
    assert "s3cret" not in str(raised.value)


def test_without_an_url_the_first_use_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    ferra = Ferra(Flask("bare"))
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        _ = ferra.db


def test_an_application_is_given_once_and_before_it_is_used() -> None:
    app = configured("postgresql://x@127.0.0.1:1/x")
    ferra = Ferra(app)
    with pytest.raises(ConfigError, match="already"):
        ferra.init_app(app)
    with pytest.raises(ConfigError, match="init_app"):
        ferra.of(Flask("other"))
    with pytest.raises(ConfigError, match="no application"):
        _ = Ferra().db


def test_a_blueprint_of_an_application_without_a_database_says_what_to_do() -> None:
    app = Flask("forgotten")
    app.testing = True
    add_resources(app)
    with pytest.raises(ConfigError, match="init_app"):
        app.test_client().get("/films")


def test_the_shell_has_the_database(opened: tuple[Ferra, Flask]) -> None:
    ferra, app = opened
    context = app.make_shell_context()
    assert (context["ferra"], context["db"]) == (ferra, ferra.db)


def test_a_test_is_undone_and_what_fails_in_it_is_undone_alone(opened: tuple[Ferra, Flask]) -> None:
    ferra, app = opened
    with ferra.testing(app) as db:
        assert ferra.db is db
        ferra.db.execute(insert_into(Films).values(NewFilm("Alien")))
        with pytest.raises(Exception, match="films_title_key"):
            ferra.db.execute(insert_into(Films).values(NewFilm("Alien")))
        with ferra.db.begin() as tx:
            tx.execute(insert_into(Films).values(NewFilm("Aliens")))
        with ferra.db.transaction(isolation="serializable", read_only=True) as tx:
            assert len(tx.fetch_all(select(Film))) == 1
        with ferra.db.transaction() as tx:
            tx.execute(insert_into(Films).values(NewFilm("Alien 3")))
            with pytest.raises(Exception, match="films_title_key"):
                tx.execute(insert_into(Films).values(NewFilm("Alien")))
            tx.rollback()
        assert [film.title for film in ferra.db.fetch_all(select(Film))] == ["Alien"]
        assert [film.title for film in ferra.db.stream(select(Film))] == ["Alien"]
        assert sum(map(len, ferra.db.batches(select(Film)))) == 1
    assert ferra.db.fetch_all(select(Film)) == []
    with pytest.raises(Db, match="closed"):
        db.ping()


def test_a_test_is_of_one_thread_and_not_in_another_test(opened: tuple[Ferra, Flask]) -> None:
    ferra, app = opened
    with ferra.testing(app), pytest.raises(ConfigError, match="under test already"), ferra.testing(app):
        pass
    with ferra.testing(app) as db, db.transaction(), ThreadPoolExecutor(1) as threads:
        assert isinstance(threads.submit(db.ping).exception(), QueryError)


def test_a_connection_that_was_tested_on_is_as_before(opened: tuple[Ferra, Flask]) -> None:
    ferra, app = opened
    for _ in range(6):
        with ferra.testing(app):
            ferra.db.execute(insert_into(Films).values(NewFilm("Alien")))
    ferra.db.ping()
    assert ferra.db.fetch_all(select(Film)) == []


def test_the_commands_are_on_the_database_and_the_migrations_of_the_application(database_url: str) -> None:
    app = configured(database_url, FERRA_MIGRATIONS=str(ROOT / "migrations"))
    ferra = Ferra(app)
    run = app.test_cli_runner().invoke
    first = run(args=["ferra", "migration", "run"])
    assert (first.exit_code, "applied" in first.output) == (0, True), first.output
    assert "nothing to apply" in run(args=["ferra", "migration", "run"]).output
    assert run(args=["ferra", "migration", "list"]).exit_code == 0
    assert run(args=["ferra", "jobs", "list"]).exit_code == 0
    ferra.db.execute(insert_into(Films).values(NewFilm("Alien")))
    assert "reverted" in run(args=["ferra", "migration", "revert"]).output
    assert run(args=["ferra", "migration", "run", "--url", "postgresql://nobody@127.0.0.1:1/x"]).exit_code == 1
    helped = run(args=["ferra", "--help"])
    assert [name in helped.output for name in ("migration", "import", "jobs", "demo")] == [True, True, True, False]
    assert run(args=["ferra", "demo"]).exit_code == 2
    ferra.of(app).close()


def test_a_csv_file_is_imported_into_the_application(database_url: str, tmp_path: Path) -> None:
    app = configured(database_url, FERRA_MIGRATIONS=str(ROOT / "migrations"))
    ferra = Ferra(app)
    run = app.test_cli_runner().invoke
    assert run(args=["ferra", "migration", "run"]).exit_code == 0
    (tmp_path / "films.csv").write_text("title,release_year\nAlien,1979\n")
    done = run(args=["ferra", "import", str(tmp_path / "films.csv"), "schema:Film"])
    assert (done.exit_code, [film.title for film in ferra.db.fetch_all(select(Film))]) == (0, ["Alien"]), done.output
    ferra.of(app).close()


def test_the_codes_are_of_the_extension(module_db: Database) -> None:
    app = Flask("codes")
    ferra = Ferra(app, codes=CODES, database=module_db)
    assert ferra.of(app).codes is CODES
    assert ferra.db is module_db


def test_without_flask_the_module_says_what_to_install() -> None:
    script = "import sys; sys.modules['flask'] = None; import ferra_sync.integrations.flask"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=False)
    assert done.stderr.splitlines()[-1].endswith("needs Flask: pip install 'ferra-sync[flask]'")


def test_an_application_does_not_load_the_command_line() -> None:
    script = (
        "import sys; from flask import Flask; from ferra_sync.integrations.flask import Ferra; Ferra(Flask('x'));"
        "print({'rich', 'ferra_sync.cli', 'ferra_sync.migrations'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "set()\n"
