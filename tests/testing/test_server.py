"""Templates are built once, copies are dropped, and what others have left is swept."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from ferra_sync import ConfigError, Database, Db, MigrationError
from ferra_sync._postgres import databases
from ferra_sync.testing import Server
from ferra_sync.testing._schema import fingerprint, migrated


@pytest.fixture
def run() -> str:
    return secrets.token_hex(4)


@pytest.fixture
def admin(server_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield connection


def names(admin: psycopg.Connection, part: str) -> list[str]:
    return [each.name for each in databases.listed(admin, "ferra_") if part in each.name]


def make_table(db: Database) -> None:
    with db.connection() as connection:
        connection.execute("CREATE TABLE made (id int)")


@contextmanager
def dropped(admin: psycopg.Connection, *made: str) -> Iterator[None]:
    try:
        yield
    finally:
        for name in made:
            databases.drop(admin, name)


def test_a_database_is_dropped_at_the_end_with_the_sessions_in_it(
    server_url: str, admin: psycopg.Connection, run: str
) -> None:
    with Server.at(server_url, run=run) as server:
        with server.fresh_database() as url:
            assert len(names(admin, run)) == 1
            left = psycopg.connect(url)
        assert names(admin, run) == []
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")
        assert repr(server).startswith("<Server postgresql://")


def test_a_copy_has_what_its_template_has(server_url: str, admin: psycopg.Connection, run: str) -> None:
    with Server.at(server_url, run=run) as server, dropped(admin, f"ferra_template_{run}"):
        template = server.template(run, make_table)
        with server.fresh_database(template) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM made").fetchall() == [(0,)]


def test_a_template_is_built_once_however_many_ask_for_it(server_url: str, admin: psycopg.Connection, run: str) -> None:
    built, found = [], []
    both = threading.Barrier(2)

    def build(db: Database) -> None:
        built.append(db)
        make_table(db)

    def ask() -> None:
        with Server.at(server_url, run=run) as server:
            both.wait(30)
            found.append(server.template(run, build))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    with dropped(admin, f"ferra_template_{run}"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(built), found) == (1, [f"ferra_template_{run}"] * 2)


def test_a_template_whose_building_failed_is_built_anew(server_url: str, admin: psycopg.Connection, run: str) -> None:
    def fail(db: Database) -> None:
        make_table(db)
        raise LookupError

    with Server.at(server_url, run=run) as server, dropped(admin, f"ferra_template_{run}"):
        with pytest.raises(LookupError):
            server.template(run, fail)
        assert names(admin, run) == []
        databases.create(admin, f"ferra_template_{run}")  # As a builder that was killed leaves it.
        template = server.template(run, make_table)
        with server.fresh_database(template) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM made").fetchall() == [(0,)]


def test_what_runs_that_have_ended_have_left_is_dropped_and_nothing_of_those_that_go_on(
    server_url: str, admin: psycopg.Connection, run: str
) -> None:
    dead = secrets.token_hex(4)
    with dropped(admin, f"ferra_test_{dead}_1_1"), Server.at(server_url, run=run) as alive:
        databases.create(admin, f"ferra_test_{dead}_1_1")
        with alive.fresh_database():
            with Server.at(server_url, run=secrets.token_hex(4)):
                assert names(admin, dead) == []
            assert len(names(admin, run)) == 1


def test_templates_and_kept_ones_are_dropped_after_a_week_without_use(
    server_url: str, admin: psycopg.Connection, run: str
) -> None:
    today = dt.datetime.now(dt.UTC).date()
    days = {"old": 8, "new": 6, "used": 8}
    made = [f"ferra_{kind}_{run}{age}" for kind in ("template", "kept") for age in days]
    with dropped(admin, *made), Server.at(server_url, run=run) as server:
        for name in made:
            databases.create(admin, name)
        server.template(f"{run}used", make_table)
        for name in made:
            databases.note_use(admin, name, today - dt.timedelta(days=days[name.partition(run)[2]]))
        with Server.at(server_url, run=secrets.token_hex(4)):
            left = [name.partition("_")[2] for name in names(admin, run)]
        assert sorted(left) == [f"kept_{run}new", f"template_{run}new", f"template_{run}used"]


def test_the_fingerprint_changes_with_the_migrations_and_not_with_their_line_ends(tmp_path: Path) -> None:
    script = tmp_path / "20250101000000_one" / "up.sql"
    script.parent.mkdir()
    prints = []
    for text in (b"SELECT 1;\n", b"SELECT 1;\r\n", b"SELECT 2;\n"):
        script.write_bytes(text)
        prints.append(fingerprint(tmp_path))
    script.parent.rename(tmp_path / "20250101000000_two")
    prints.append(fingerprint(tmp_path))
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_migrations_that_fail_leave_no_template(
    server_url: str, admin: psycopg.Connection, run: str, tmp_path: Path
) -> None:
    (tmp_path / "20250101000000_one").mkdir()
    (tmp_path / "20250101000000_one" / "up.sql").write_text(f"SELECT nosuch -- {run}")
    with Server.at(server_url, run=run) as server:
        with pytest.raises(MigrationError, match="nosuch"):
            migrated(server, tmp_path)
        assert names(admin, fingerprint(tmp_path)) == []


def test_a_role_that_may_not_make_databases_is_told_what_it_needs(
    server_url: str, admin: psycopg.Connection, run: str
) -> None:
    role = f"ferra_role_{run}"
    admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'not shown'")
    try:
        url = conninfo.make_conninfo(server_url, user=role, password="not shown")
        with Server.at(url, run=run) as server:
            with pytest.raises(ConfigError, match=f"{role}.*may not create databases.*CREATEDB") as raised:
                server.template(run, make_table)
            with pytest.raises(ConfigError, match="CREATEDB"), server.fresh_database():
                pass
        assert "not shown" not in str(raised.value)
        assert "not shown" not in repr(server)
    finally:
        admin.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize("wrong", ["", "A", "a b", "a" * 17, "a_b"])
def test_a_run_has_a_short_name(server_url: str, wrong: str) -> None:
    with pytest.raises(ConfigError, match="at most 16 letters and digits"), Server.at(server_url, run=wrong):
        pass


@pytest.mark.parametrize("wrong", ["", "A", 'a"; DROP', "a" * 41])
def test_a_fingerprint_is_part_of_a_name(ferra_server: Server, wrong: str) -> None:
    with pytest.raises(ConfigError, match="at most 40 of a-z, 0-9 and _"):
        ferra_server.template(wrong, make_table)


def test_a_template_that_is_not_there_is_an_error(ferra_server: Server) -> None:
    with pytest.raises(Db, match="nosuch"), ferra_server.fresh_database("nosuch"):
        pass


def test_a_server_that_is_not_there_is_an_error(run: str) -> None:
    with pytest.raises(Db), Server.at("postgresql://localhost:1/x?connect_timeout=2", run=run):
        pass


def test_a_database_that_is_named_in_the_url_is_not_touched(server_url: str, ferra_server: Server) -> None:
    with ferra_server.fresh_database() as url, Server.at(url, run=secrets.token_hex(4)) as server:
        with server.fresh_database() as other:
            assert conninfo.conninfo_to_dict(other)["dbname"] != conninfo.conninfo_to_dict(url)["dbname"]
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchall() == [(0,)]
