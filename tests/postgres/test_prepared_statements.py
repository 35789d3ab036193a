"""`prepared_statements` in the config and in every form of URL, where libpq does not know it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from ferra_sync import ConfigError, Database, DatabaseConfig
from ferra_sync._postgres.config import connection_parameters, has_prepared_statements, local_timeouts, resolve_url

FORMS = [
    "postgresql://ann:pw@localhost:5433/shop?prepared_statements={}",
    "postgres://ann:p?w@localhost/shop?sslmode=disable&prepared_statements={}&connect_timeout=3",
    "postgresql:///shop?host=/tmp&prepared_statements={}",
    "postgresql://localhost?prepared%5Fstatements={}",
    "host=localhost dbname=shop prepared_statements={}",
    "prepared_statements = '{}' host=localhost",
    "host=localhost prepared_statements={} password='a \\' b'",
]


@pytest.mark.parametrize("form", FORMS)
def test_the_url_says_whether_statements_are_prepared_and_libpq_never_sees_it(form):
    for word, is_on in (("true", True), ("false", False)):
        config = DatabaseConfig(resolve_url(form.format(word)), prepared_statements=not is_on)
        assert has_prepared_statements(config) is is_on
        without = form.format(word).replace("%5F", "_").replace(f"prepared_statements={word}", "")
        without = without.replace(f"prepared_statements = '{word}'", "").replace("&&", "&")
        parameters = connection_parameters(config)
        assert {name: parameters[name] for name in conninfo_to_dict(without)} == conninfo_to_dict(without)
        assert parameters.keys() <= conninfo_to_dict(without).keys() | {"connect_timeout", "application_name"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", ["", "no", "False", "0", "s3cret"])
def test_another_word_is_refused_by_name(form, word):
    with pytest.raises(ConfigError, match="prepared_statements in the database's URL is true or false") as caught:
        DatabaseConfig(form.format(word))
    assert "s3cret" not in str(caught.value)


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@given(password=texts, word=st.sampled_from(["true", "false"]), at=st.integers(0, 2))
def test_what_looks_like_it_in_another_value_is_left_alone(password, word, at):
    password += "prepared_statements=false "
    quoted = password.replace("\\", "\\\\").replace("'", "\\'")
    words = [f"password='{quoted}'", "host=localhost"]
    words.insert(at, f"prepared_statements={word}")
    config = DatabaseConfig(" ".join(words))
    assert has_prepared_statements(config) is (word == "true")
    assert connection_parameters(config)["password"] == password
    assert has_prepared_statements(DatabaseConfig(f"password='{quoted}'"))


def test_the_configs_repr_shows_it():
    shown = {repr(DatabaseConfig(form.format("false"))).partition(", max")[0] for form in FORMS}
    assert all("prepared_statements=false" in line for line in shown)
    assert all(not has_prepared_statements(DatabaseConfig(line.split("'")[1])) for line in shown if "pass" not in line)


def test_only_a_bool_switches_it():
    with pytest.raises(ConfigError, match="prepared_statements is True or False, not str"):
        DatabaseConfig(prepared_statements="false")


def test_timeouts_are_options_of_the_session_with_prepared_statements_and_of_each_transaction_without():
    timeouts = {"statement_timeout": 1.5, "lock_timeout": 0.25, "idle_in_transaction_timeout": 60}
    session = DatabaseConfig("dbname=shop", **timeouts)
    assert connection_parameters(session)["options"].count("-c ") == 3
    assert local_timeouts(session) == b""
    transaction = DatabaseConfig("dbname=shop", prepared_statements=False, **timeouts)
    assert "options" not in connection_parameters(transaction)
    assert local_timeouts(transaction) == (
        b"; SET LOCAL statement_timeout = '1500ms'; SET LOCAL lock_timeout = '250ms'"
        b"; SET LOCAL idle_in_transaction_session_timeout = '60000ms'"
    )
    assert local_timeouts(DatabaseConfig("dbname=shop", prepared_statements=False)) == b""


@pytest.mark.parametrize(("is_on", "prepared"), [(True, 1), (False, 0)])
def test_a_statement_that_comes_again_is_prepared_or_not(server_url, is_on, prepared):
    config = DatabaseConfig(server_url, prepared_statements=is_on, min_connections=1, max_connections=1)
    with Database.connect(config=config) as db:
        for _ in range(10):
            db.ping()
        with db.connection() as connection:
            count = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
            assert count == (prepared,)
