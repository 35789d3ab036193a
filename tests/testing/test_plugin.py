"""The plugin in projects of their own: its options, its marker, what fails and how it says so."""

from __future__ import annotations

import re
import subprocess
import sys

import psycopg
import pytest
from projects import ROOT, Project

from ferra_sync import Database
from ferra_sync._postgres import databases

THREE = """
def test_passes(ferra_db):
    assert PgRepository(Note, ferra_db).count() == 0

def test_sends(ferra_db):
    notes = PgRepository(Note, ferra_db)
    for body in "abc":
        notes.insert(Note(body))
"""


def test_a_project_says_its_migrations_and_no_more(project: Project, server_url: str) -> None:
    project.write(THREE)
    project.run_here(server_url).assert_outcomes(passed=2)


def test_migrations_are_looked_for_beside_the_configuration(project: Project, server_url: str) -> None:
    project.write("def test_passes(ferra_db): assert PgRepository(Note, ferra_db).count() == 0")
    (project.path / "inside").mkdir()
    (project.path / "test_notes.py").rename(project.path / "inside" / "test_notes.py")
    project.run_here(server_url, "inside").assert_outcomes(passed=1)


def test_without_migrations_it_says_what_to_write(project: Project, server_url: str) -> None:
    project.say(console_output_style="classic")
    project.write(THREE)
    result = project.run_here(server_url)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*ConfigError: tests have no tables: say ferra_migrations = <directory>*"])


def test_a_fixture_of_the_projects_own_says_what_is_in_the_template(project: Project, server_url: str) -> None:
    project.say()
    conftest = """
import pytest

def build(db):
    with db.connection() as connection:
        connection.execute("CREATE TABLE notes (id serial PRIMARY KEY, body text)")
        connection.execute("INSERT INTO notes (body) VALUES ('x')")

@pytest.fixture(scope="session")
def ferra_template(ferra_server):
    return ferra_server.template("plugin_test_own", build)
"""
    project.write("def test_one(ferra_db): assert PgRepository(Note, ferra_db).count() == 1", conftest=conftest)
    try:
        project.run_here(server_url).assert_outcomes(passed=1)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            databases.drop(connection, "ferra_template_plugin_test_own")


def test_one_line_that_sends_a_statement_too_often_fails_its_test(project: Project, server_url: str) -> None:
    project.say(ferra_migrations="migrations", ferra_n_plus_one="2")
    project.write(THREE)
    result = project.run_here(server_url)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "N+1, more than 2 from one line:",
            "INSERT notes was sent 3 times in * from *test_notes.py:* in test_sends*insert_many",
        ]
    )


@pytest.mark.parametrize(
    ("marker", "outcome"), [("(3)", "passed"), ("(2)", "failed"), ("(None)", "passed"), ("(0)", "wrong"), ("", "wrong")]
)
def test_a_marker_says_how_often_a_test_may(project: Project, server_url: str, marker: str, outcome: str) -> None:
    project.say(ferra_migrations="migrations", ferra_n_plus_one="1")
    project.write(THREE.replace("def test_sends", f"@pytest.mark.ferra_n_plus_one{marker}\ndef test_sends"))
    result = project.run_here(server_url, "--strict-markers", "-k", "sends")
    result.assert_outcomes(**{"failed" if outcome == "wrong" else outcome: 1})
    if outcome == "wrong":
        result.stdout.fnmatch_lines(["*ferra_n_plus_one is how often one line may send one statement, 1 or more*"])


def test_an_option_that_is_no_number_is_refused(project: Project, server_url: str) -> None:
    project.say(ferra_migrations="migrations", ferra_n_plus_one="many")
    project.write(THREE)
    result = project.run_here(server_url)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*ferra_n_plus_one is how often*"])


def test_other_lines_and_other_statements_are_no_repetition_nor_are_properties(
    project: Project, server_url: str
) -> None:
    project.say(ferra_migrations="migrations", ferra_n_plus_one="1")
    tests = """
from hypothesis import given, settings, strategies as st
from ferra_sync.testing import rehearsal

def test_lines(ferra_db):
    notes = PgRepository(Note, ferra_db)
    notes.count()
    notes.count()
    notes.insert_many([Note("a"), Note("b"), Note("c")]), notes.find_all()

@settings(max_examples=5, deadline=None, database=None)
@given(body=st.sampled_from("abcdefgh"))
def test_property(ferra_database, body):
    with rehearsal(ferra_database) as db:
        PgRepository(Note, db).insert(Note(body))

def test_of_nothing():
    pass
"""
    project.write(tests)
    project.run_here(server_url).assert_outcomes(passed=3)


KEPT = """
def test_fails(ferra_fresh_db):
    PgRepository(Note, ferra_fresh_db).insert(Note("look at me"))
    assert False

def test_passes(ferra_fresh_db):
    PgRepository(Note, ferra_fresh_db).insert(Note("nothing to see"))
"""


def test_the_database_of_a_test_that_failed_is_kept_where_that_is_said(project: Project, server_url: str) -> None:
    project.write(KEPT)
    result = project.run_here(server_url, "--ferra-keep")
    result.assert_outcomes(passed=1, failed=1)
    (url,) = re.findall(r"^postgresql://\S*ferra_kept_\S*$", str(result.stdout), re.MULTILINE)
    try:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT body FROM notes").fetchall() == [("look at me",)]
            name = connection.info.dbname
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            databases.drop(connection, name)


def test_without_it_none_is_kept(project: Project, server_url: str) -> None:
    project.write(KEPT)
    result = project.run_here(server_url)
    result.assert_outcomes(passed=1, failed=1)
    assert "ferra_kept_" not in str(result.stdout)


def test_on_a_server_of_its_own_the_data_are_kept_with_it(project: Project) -> None:
    project.write(KEPT)
    result = project.run("--ferra-keep")
    result.assert_outcomes(passed=1, failed=1)
    pattern = r"^(ferra_kept_\w+), in the data that Database.embedded\('([^']+)'\) serves$"
    ((name, path),) = re.findall(pattern, str(result.stdout), re.MULTILINE)
    script = f"""
import shutil, psycopg
from ferra_sync import Database
from ferra_sync._postgres.config import with_database
with Database.embedded({path!r}) as db, psycopg.connect(with_database(db.config.url, {name!r})) as connection:
    print(connection.execute("SELECT body FROM notes").fetchall())
shutil.rmtree({path!r})
"""
    shown = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    assert shown.stdout == "[('look at me',)]\n"


def test_where_no_test_failed_no_data_are_kept(project: Project) -> None:
    project.write("""
def test_passes(ferra_fresh_db, ferra_server):
    print("data:", ferra_server.data)
""")
    result = project.run("--ferra-keep", "-s")
    result.assert_outcomes(passed=1)
    (path,) = re.findall(r"data: (\S+)", str(result.stdout))
    with pytest.raises(FileNotFoundError):
        open(path)  # noqa: PTH123, SIM115 - it is not there


def test_a_suite_that_asks_for_no_database_imports_nothing_of_it(project: Project) -> None:
    project.write(
        "import sys\ndef test_nothing(): assert not {'ferra_sync', 'psycopg'} & {*sys.modules}",
        head="",
    )
    project.run().assert_outcomes(passed=1)


def test_the_plugin_is_what_the_package_registers() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points.pytest11]\npytest_ferra_sync = "pytest_ferra_sync"\n' in text
    assert 'py-modules = ["pytest_ferra_sync"]' in text


def test_rehearsed_and_fresh_databases_are_databases(ferra_db: Database, ferra_fresh_db: Database) -> None:
    assert type(ferra_db) is type(ferra_fresh_db) is Database
