"""LISTEN and NOTIFY: typed payloads, timeouts, ends, lost connections."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Iterator
from typing import Any

import attrs
import psycopg
import pytest
from databases import fresh_database
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    Database,
    DatabaseConfig,
    Db,
    DbErrorKind,
    Listener,
    QueryError,
    ValidationError,
)

LONG = 20.0


@attrs.frozen
class Added:
    id: int
    at: dt.datetime | None = None


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url) as url, Database.connect(url) as db:
        yield db


@pytest.fixture
def other(db: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(db.config.url, autocommit=True) as other:
        yield other


def test_what_is_sent_is_heard_in_order_with_who_sent_it(db, other):
    with db.listen("films", timeout=LONG) as heard:
        db.notify("films", "one")
        db.notify("films")
        other.execute("SELECT pg_notify('films', 'three')")
        found = [next(heard) for _ in range(3)]
    assert [(each.channel, each.payload) for each in found] == [("films", "one"), ("films", ""), ("films", "three")]
    assert found[2].pid == other.info.backend_pid
    assert "three" not in repr(found[2])


def test_a_channel_is_a_quoted_identifier(db, other):
    name = 'Films"; DROP TABLE x; --'
    with db.listen(name, timeout=LONG) as heard:
        other.execute("SELECT pg_notify(%s, 'x')", [name])
        db.notify(name, "y")
        assert [next(heard).payload, next(heard).payload] == ["x", "y"]
        db.notify(name.lower(), "z")
        db.notify(name, "last")
        assert next(heard).payload == "last"


def test_a_transaction_sends_when_it_commits_and_not_where_it_is_undone(db):
    with db.listen("films", timeout=LONG) as heard:
        with db.begin() as tx:
            tx.notify("films", "undone")
        with db.transaction() as tx:
            tx.notify("films", "first")
            with tx.savepoint() as savepoint:
                savepoint.notify("films", "undone too")
                savepoint.rollback()
            tx.notify("films", "second")
            db.notify("films", "before both")
        assert [next(heard).payload for _ in range(3)] == ["before both", "first", "second"]


def test_payloads_are_instances_of_a_class(db):
    moment = dt.datetime(2024, 5, 6, 7, tzinfo=dt.UTC)
    with db.listen("films", payload=Added, timeout=LONG) as heard:
        db.notify("films", Added(1, moment))
        db.notify("films", '{"id": 2}')
        assert [next(heard).payload, next(heard).payload] == [Added(1, moment), Added(2)]


BAD = {
    "no JSON": ("{", "is no JSON"),
    "nothing": ("", "is no JSON"),
    "a missing field": ("{}", "Added"),
    "a field of another type": ('{"id": "secret"}', r"Added\.id"),
    "a field too many": ('{"id": 1, "secret": 2}', "Added"),
    "no object": ("[1]", "Added"),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD.keys())
def test_a_bad_payload_is_an_error_by_name_and_the_next_one_is_heard(db, text, message):
    with db.listen("films", payload=Added, timeout=LONG) as heard:
        db.notify("films", text)
        db.notify("films", Added(7))
        with pytest.raises(ValidationError, match=message) as caught:
            next(heard)
        assert caught.value.model == "Added"
        assert "secret" not in str(caught.value)
        assert next(heard).payload == Added(7)


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_a_text_is_heard_as_it_was_sent(db, text):
    with db.listen("films", timeout=LONG) as heard:
        db.notify("films", text)
        assert next(heard).payload == text


# The end


def test_after_silence_the_iterator_ends_and_can_be_asked_again(db):
    with db.listen("films", timeout=0) as heard:
        assert list(heard) == []
        db.notify("films", "late")
        while not (late := list(heard)):
            db.ping()
        assert [each.payload for each in late] == ["late"]


def test_what_was_sent_before_is_not_heard(db):
    db.notify("films", "early")
    with db.listen("films", timeout=0) as heard:
        assert list(heard) == []


def test_another_thread_ends_the_iterator_by_closing_it(db):
    heard = db.listen("films")
    said = threading.Event()
    found = []

    def listen():
        for each in heard:
            found.append(each.payload)
            said.set()

    thread = threading.Thread(target=listen)
    thread.start()
    db.notify("films", "one")
    assert said.wait(LONG)
    heard.close()
    thread.join(LONG)
    assert not thread.is_alive()
    heard.close()
    assert found == ["one"]
    assert list(heard) == []


def test_a_listener_that_is_closed_gives_its_session_back(db, other):
    with db.listen("films", timeout=0) as heard:
        assert list(heard) == []
        pid = heard._listening._connection.info.backend_pid
    assert other.execute("SELECT pg_terminate_backend(%s, 20000)", [pid]).fetchone() in {(True,), (False,)}
    assert other.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() == (0,)


# A connection that is lost


def end_session(heard: Listener[Any], other: psycopg.Connection[Any]) -> None:
    pid = heard._listening._connection.info.backend_pid  # type: ignore[union-attr]
    assert other.execute("SELECT pg_terminate_backend(%s, 20000)", [pid]).fetchone() == (True,)


def test_a_lost_connection_is_made_anew_and_the_user_is_told_before_anything_else(db, other):
    told = []

    def again():
        told.append("reconnected")
        db.notify("films", "after")

    with db.listen("films", timeout=LONG, on_reconnect=again) as heard:
        db.notify("films", "before")
        assert next(heard).payload == "before"
        end_session(heard, other)
        db.notify("films", "lost")
        assert next(heard).payload == "after"
        end_session(heard, other)
        assert next(heard).payload == "after"
    assert told == ["reconnected", "reconnected"]


def test_without_a_callback_a_lost_connection_is_made_anew_silently(db, other):
    with db.listen("films", timeout=0) as heard:
        end_session(heard, other)
        assert list(heard) == []
        db.notify("films", "after")
        while not (found := list(heard)):
            db.ping()
        assert [each.payload for each in found] == ["after"]


def test_a_server_that_refuses_a_new_connection_is_an_error(server_url, other):
    with fresh_database(server_url) as url, Database.connect(url) as gone:
        heard = gone.listen("films", timeout=LONG)
    with heard, pytest.raises(Db) as caught:
        next(heard)
    assert caught.value.kind is DbErrorKind.UNDEFINED


def test_a_server_that_is_away_is_asked_until_the_timeout_and_again_later(server_url):
    told = []
    with (
        fresh_database(server_url) as url,
        Database.connect(url) as db,
        db.listen("films", timeout=0.2, on_reconnect=lambda: told.append("reconnected")) as heard,
        psycopg.connect(server_url, autocommit=True) as other,
    ):
        name = psycopg.sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]))
        allow = psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format
        other.execute(allow(name, psycopg.sql.SQL("false")))
        end_session(heard, other)
        assert list(heard) == []
        assert told == []
        other.execute(allow(name, psycopg.sql.SQL("true")))
        while not told:
            assert list(heard) == []
        db.notify("films", "after")
        assert next(heard).payload == "after"


def test_a_listener_that_waits_for_a_server_that_is_away_can_be_closed(server_url):
    with (
        fresh_database(server_url) as url,
        Database.connect(url) as db,
        db.listen("films") as heard,
        psycopg.connect(server_url, autocommit=True) as other,
    ):
        name = psycopg.sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]))
        other.execute(psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        end_session(heard, other)
        closer = threading.Thread(target=heard.close)
        closer.start()
        assert list(heard) == []
        closer.join()


def test_a_forked_child_leaves_the_listener_to_its_parent(db):
    with db.listen("films", timeout=LONG) as heard:
        pid = os.fork()
        if pid == 0:
            try:
                next(heard)
            except QueryError:
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(pid, 0)[1] == 0
        db.notify("films", "still there")
        assert next(heard).payload == "still there"


# Refusals


@pytest.mark.parametrize("channel", ["", "x" * 64, "a\0b", 3, None])
def test_a_channel_that_is_no_identifier_is_refused(db, channel):
    with pytest.raises(QueryError, match="a channel"):
        db.listen(channel)
    with pytest.raises(QueryError, match="a channel"):
        db.notify(channel, "x")


@pytest.mark.parametrize("wrong", [{"payload": str}, {"payload": Added(1)}, {"timeout": -1}, {"timeout": True}])
def test_options_that_mean_nothing_are_refused_by_name(db, wrong):
    (name,) = wrong
    with pytest.raises(QueryError, match=name):
        db.listen("films", **wrong)


@pytest.mark.parametrize("payload", [3, b"x", None, {"id": 1}, Added("secret")])  # type: ignore[arg-type]
def test_a_payload_that_cannot_be_sent_is_refused(db, payload):
    with pytest.raises(QueryError) as caught:
        db.notify("films", payload)
    assert "secret" not in str(caught.value)


def test_a_payload_that_is_too_long_is_an_error_of_the_server(db):
    with pytest.raises(Db) as caught:
        db.notify("films", "x" * 8000)
    assert caught.value.kind is DbErrorKind.INVALID_DATA


def test_behind_a_pooler_that_keeps_no_session_nothing_would_be_heard(db):
    with Database.connect(config=DatabaseConfig(db.config.url, prepared_statements=False)) as pooled:
        pooled.notify("films", "x")
        with pytest.raises(QueryError, match="LISTEN needs a session"):
            pooled.listen("films")


def test_a_server_that_cannot_be_reached_is_an_error_at_the_call(server_url):
    with fresh_database(server_url) as url, Database.connect(url) as gone:
        pass
    with pytest.raises(Db, match="does not exist"):
        gone.listen("films")
