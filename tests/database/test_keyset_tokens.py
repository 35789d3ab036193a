"""Tokens of keyset pages: what they are bound to, what signs them, and what is refused."""

from __future__ import annotations

import base64
import json
import pickle
import time
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import fresh_database
from readings import ROWS, Reading, Readings, Sensor, Sensors

from ferra_sync import (
    ConfigError,
    Database,
    DatabaseConfig,
    Db,
    FerraModel,
    InvalidToken,
    QueryError,
    SchemaError,
    Slice,
    Table,
    ValidationError,
    delete_from,
    from_,
    maybe,
    select,
    to_json,
)
from ferra_sync import types as t
from ferra_sync._database import tokens
from ferra_sync._database.keyset import KeysetWalk

OLD, NEW = "an old secret of ours", b"a new secret of ours"
QUERY = select(Readings.id).order_by(Readings.level.desc())


class Accounts(Table):
    id = t.integer(primary_key=True)
    pin = t.text(secret=True)


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Sensors, Readings, Accounts, script=ROWS) as url:
        yield url


@pytest.fixture(scope="module")
def db(url: str) -> Iterator[Database]:
    with Database.connect(url) as db:
        yield db


def signing(url: str, *secrets: str | bytes, lifetime: float | None = None) -> Database:
    config = DatabaseConfig(token_secrets=secrets, token_lifetime=lifetime, max_connections=1, min_connections=1)
    return Database.connect(url, config=config)


def bytes_of(token: str | None) -> bytes:
    assert token is not None
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_values(token: str | None, *values: Any) -> str:
    return text_of(bytes_of(token)[:10] + json.dumps(values).encode())


def test_a_slice_is_its_rows_and_what_leads_to_others(db: Database) -> None:
    page = db.fetch_keyset(select(Reading).order_by(Readings.id), 2)
    assert to_json(page) == to_json(page.to_dict())
    assert [item["id"] for item in page.to_dict()["items"]] == [1, 2]
    assert (page.has_next, page.has_previous) == (True, False)
    assert page.to_dict()["next"] == page.next
    assert len(page.next or "") < 24
    assert pickle.loads(pickle.dumps(page)) == page


def test_a_slice_of_no_rows_has_no_tokens(db: Database) -> None:
    assert db.fetch_keyset(QUERY.where(Readings.id < 0)) == Slice([], None, None, False, False)


def test_a_page_before_the_first_row_and_one_after_the_last_lead_back(db: Database) -> None:
    first = db.fetch_keyset(QUERY, 3)
    nothing = db.fetch_keyset(QUERY, 3, before=first.previous)
    assert (nothing.items, nothing.has_next, nothing.has_previous) == ([], True, False)
    assert db.fetch_keyset(QUERY, 3, after=nothing.next).items == first.items
    assert db.fetch_keyset(QUERY, 3, before=nothing.previous).items == []
    last = db.fetch_keyset(QUERY, 3, before=db.fetch_keyset(QUERY, 1, after=db.fetch_keyset(QUERY, 99).next).previous)
    assert (last.items, last.has_next, last.has_previous) == ([12, 8, 4], True, True)
    end = db.fetch_keyset(QUERY, 3, after=last.next)
    assert (end.items, end.next, end.has_next, end.has_previous) == ([], last.next, False, True)


def test_pages_of_nothing_that_was_something_lead_to_where_it_was(db: Database) -> None:
    with db.begin() as tx:
        first = tx.fetch_keyset(QUERY, 3)
        tx.execute(delete_from(Readings).all_rows())
        gone = tx.fetch_keyset(QUERY, 3, after=first.next)
        back = tx.fetch_keyset(QUERY, 3, before=gone.previous)
        assert (back.items, back.previous) == ([], gone.previous)
        again = tx.fetch_keyset(QUERY, 3, after=back.next)
        assert (again.items, again.next) == ([], back.next)
        assert tx.fetch_keyset(QUERY, 3, before=again.previous).items == []


def test_a_token_serves_the_same_query_with_other_values(db: Database) -> None:
    token = db.fetch_keyset(QUERY.where(Readings.id < 30), 3).next
    assert db.fetch_keyset(QUERY.where(Readings.id < 20), 2, after=token).items == [15, 11]


OTHERS: dict[str, Any] = {
    "another order": select(Readings.id).order_by(Readings.level),
    "other NULLs": select(Readings.id).order_by(Readings.level.desc(nulls="last")),
    "another filter": QUERY.where(Readings.id > 3),
    "other columns": select(Reading).order_by(Readings.level.desc()),
    "another table": select(Sensors.id).order_by(Sensors.id),
}


@pytest.mark.parametrize("query", OTHERS.values(), ids=OTHERS.keys())
def test_a_token_of_another_query_is_refused(db: Database, query: Any) -> None:
    token = db.fetch_keyset(QUERY, 3).next
    with pytest.raises(InvalidToken, match="page token is not valid: after: was made for another query or"):
        db.fetch_keyset(query, 3, after=token)


def test_a_token_of_the_other_direction_is_refused(db: Database) -> None:
    page = db.fetch_keyset(QUERY, 3)
    with pytest.raises(InvalidToken, match="after: is for the other direction"):
        db.fetch_keyset(QUERY, 3, after=page.previous)
    with pytest.raises(InvalidToken, match="before: is for the other direction") as caught:
        db.fetch_keyset(QUERY, 3, before=page.next)
    assert caught.value.errors == {"before": "is for the other direction"}
    assert isinstance(caught.value, ValidationError)
    assert pickle.loads(pickle.dumps(caught.value)).errors == caught.value.errors


@pytest.mark.parametrize("change", ["", "é", "=", "AA", "!!", "x" * 99, "\n", None, 5, b"AQ"])
def test_what_is_no_token_is_refused(db: Database, change: Any) -> None:
    token: Any = change if not isinstance(change, str) else (db.fetch_keyset(QUERY, 3).next or "") + change
    token = {None: 0}.get(change, token) if change != "" else ""
    with pytest.raises(InvalidToken):
        db.fetch_keyset(QUERY, 3, after=token)


@pytest.mark.parametrize(
    "values",
    [
        b"", b"{}", b"[" * 100_000, b"\xff", b'["1",2]', b'["1",["2"]]', b'["1"]', b'["1","2","3"]', b'[null,"2"]',
        b'["1"," 2"]', b'["1","+2"]', b'["1","2147483648"]', b'["1","1e1"]', b'["1","now"]', b'["1","1\\u0000"]',
    ],
)  # fmt: skip
def test_a_position_that_is_none_of_the_order_is_refused(db: Database, values: bytes) -> None:
    token = text_of(bytes_of(db.fetch_keyset(QUERY, 3).next)[:10] + values)
    with pytest.raises(InvalidToken) as caught:
        db.fetch_keyset(QUERY, 3, after=token)
    assert "2147483648" not in str(caught.value)


WRONG: list[tuple[Any, list[str]]] = [
    (Readings.maybe_level, ["32768", "01", "1.0"]),
    (Readings.label, ["\ud800", "\0"]),
    (Readings.price, ["1e400000", "sNaN", "-NaN", "1_0", "x"]),
    (Readings.ratio, ["1e999", "1", "NAN"]),
    (Readings.small_ratio, ["1e+300", "1e-300"]),
    (Readings.seen_at, ["now", "2024-05-06", "2024-13-06T00:00:00+00:00", "99999-13-01T00:00:00+00:00", "allballs"]),
    (Readings.local_at, ["2024-05-06T00:00:00+00:00", "today", "20240506T000000"]),
    (Readings.day, ["tomorrow", "2024-W01-1", "99999-99-99", "2024-02-30"]),
    (Readings.clock, ["25:00:00", "now", "24:00:01"]),
    (Readings.token, ["{00000000-0000-0000-0000-000000000000}", "1"]),
    (Readings.is_on, ["t", "yes"]),
    (Readings.raw, ["\\x0", "00", "\\xAA"]),
    (Readings.mood, ["angry", "SAD"]),
    (Readings.span, ["[1", "[5,1)"]),
    (Readings.took, ["one day"]),
    (Readings.tags, ["{", "a"]),
    (Readings.about, ["{", '"\\u0000"', "1e999999"]),
    (Readings.host, ["300.0.0.1"]),
]


@pytest.mark.parametrize(("column", "wrong"), WRONG, ids=[column.name for column, _ in WRONG])
def test_a_value_that_is_none_of_its_type_is_refused_and_leaves_a_transaction_usable(
    db: Database, column: Any, wrong: list[str]
) -> None:
    query = select(Readings.id).order_by(column)
    with db.begin() as tx:
        token = tx.fetch_keyset(query, 3).next
        for value in wrong:
            with pytest.raises(InvalidToken, match="does not hold values of these types") as caught:
                tx.fetch_keyset(query, 3, after=with_values(token, value, "1"))
            assert caught.value.__cause__ is None
            assert caught.value.__context__ is None
        assert tx.fetch_keyset(query, 3, after=token).items


def test_a_signed_token_is_taken_with_each_of_the_secrets_and_no_other_is(url: str, db: Database) -> None:
    plain = db.fetch_keyset(QUERY, 3).next
    with signing(url, OLD) as old, signing(url, NEW, OLD) as both, signing(url, NEW) as new:
        token = old.fetch_keyset(QUERY, 3).next
        expected = db.fetch_keyset(QUERY, 3, after=plain).items
        assert both.fetch_keyset(QUERY, 3, after=token).items == expected
        renewed = both.fetch_keyset(QUERY, 3, after=token).previous
        with new.transaction() as tx, tx.savepoint() as savepoint:
            assert savepoint.fetch_keyset(QUERY, 3, before=renewed).items == db.fetch_keyset(QUERY, 3).items
        for database, wrong in ((new, token), (old, renewed), (new, plain), (db, token)):
            with pytest.raises(InvalidToken):
                database.fetch_keyset(QUERY, 3, after=wrong)
        assert token is not None
        for place in range(len(token)):
            changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
            with pytest.raises(InvalidToken):
                old.fetch_keyset(QUERY, 3, after=changed)
        assert OLD not in repr(old)


def test_a_signed_token_expires(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with signing(url, OLD, lifetime=60) as db:
        token, now = db.fetch_keyset(QUERY, 3).next, time.time()
        monkeypatch.setattr(tokens.time, "time", lambda: now + 59)
        assert db.fetch_keyset(QUERY, 3, after=token).items
        for moment in (now + 62, now - 120):
            monkeypatch.setattr(tokens.time, "time", lambda moment=moment: moment)
            with pytest.raises(InvalidToken, match="after: has expired"):
                db.fetch_keyset(QUERY, 3, after=token)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"token_secrets": OLD}, "token_secrets is a tuple of texts or bytes"),
        ({"token_secrets": (5,)}, "token_secrets is a tuple"),
        ({"token_secrets": ("too short",)}, "a secret of less than 16 characters"),
        ({"token_lifetime": 5}, "token_lifetime needs token_secrets"),
        ({"token_secrets": (OLD,), "token_lifetime": 0}, "token_lifetime is 0 s"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_without_the_secret(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        DatabaseConfig(**options)
    assert "too short" not in str(caught.value)


def test_a_secret_is_in_no_repr() -> None:
    assert OLD not in repr(DatabaseConfig(token_secrets=(OLD,)))


def test_both_ends_a_secret_order_and_no_rows_are_refused(db: Database) -> None:
    page = db.fetch_keyset(QUERY, 3)
    with pytest.raises(QueryError, match="say after=… or before=…"):
        db.fetch_keyset(QUERY, 3, after=page.next, before=page.previous)
    with pytest.raises(QueryError, match="a slice has at least 1 row"):
        db.fetch_keyset(QUERY, 0)
    with pytest.raises(QueryError, match=r"Accounts\.pin is secret, and a token would show it"):
        db.fetch_keyset(select(Accounts.id).order_by(Accounts.pin))
    assert list(db.batches(select(Accounts.id).order_by(Accounts.pin))) == []


def test_a_set_operation_and_a_distinct_order_that_python_has_not_say_what_to_write_instead(db: Database) -> None:
    with pytest.raises(QueryError, match=r"no keys to walk along: say from_\(Derived\.of\(…\)\)\.distinct\(\)"):
        db.fetch_keyset(QUERY.union(QUERY))  # type: ignore[arg-type]
    with pytest.raises(QueryError, match=r"readings\.about is jsonb, which distinct rows cannot be walked along"):
        db.fetch_keyset(from_(Readings).distinct().select(Readings.about))


@attrs.frozen
class Strict(FerraModel[Sensors]):
    id: int
    name: str


def test_a_position_is_text_by_which_a_walk_is_resumed_and_split(db: Database) -> None:
    query = from_(Sensors).left_join(Readings).order_by(Sensors.nickname).select(Sensor, maybe(Readings.id))
    walk = KeysetWalk(query)
    expected = [row for batch in db.batches(query, 100) for row in batch]
    kept = walk.text_of(walk.read(db, 5).last)
    assert kept is not None
    again = KeysetWalk(query)
    assert again.read(db, 100, after=again.position(kept)).rows == expected[5:]
    ends = [walk.position_at(db, number) for number in (9, 19, 29, 99)]
    assert ends[-1] is None
    found: list[Any] = []
    for first, last in zip([None, *ends[:-1]], ends, strict=True):
        found += walk.read(db, 100, after=first, up_to=last).rows
    assert found == expected
    with pytest.raises(InvalidToken, match="position: was made for another query"):
        KeysetWalk(select(Strict)).position(kept)
    assert walk.text_of(None) is None


class Nowhere(Table):
    id = t.integer(primary_key=True)


class Ghosts(Table):
    id = t.integer(primary_key=True)
    name = t.text()


def test_a_key_that_is_null_though_it_is_declared_not_to_be_is_an_error(db: Database) -> None:
    with db.connection() as connection:
        connection.execute(
            "CREATE TABLE ghosts (id integer PRIMARY KEY, name text); INSERT INTO ghosts VALUES (1, NULL)"
        )
    with pytest.raises(SchemaError, match=r"ghosts\.name is NULL in a row, and is declared not to be"):
        db.fetch_keyset(select(Ghosts.id).order_by(Ghosts.name))


def test_the_server_is_asked_about_a_value_only_where_the_token_is_not_signed(url: str, db: Database) -> None:
    query = select(Readings.id).order_by(Readings.span)
    with signing(url, OLD) as signed:
        assert signed.fetch_keyset(query, 3, after=signed.fetch_keyset(query, 3).next).items
    token = with_values(db.fetch_keyset(query, 3).next, "[1,5)", "1")
    with db.begin() as tx:
        with pytest.raises(Db):
            tx.fetch_all(select(Nowhere.id))
        with pytest.raises(Db, match="aborted"):
            tx.fetch_keyset(query, 3, after=token)


def test_a_page_may_lock_its_rows_in_a_transaction_alone(db: Database) -> None:
    query = select(Readings.id).order_by(Readings.id).for_update()
    with db.begin() as tx:
        assert tx.fetch_keyset(query, 2).items == [1, 2]
    with pytest.raises(QueryError, match=r"say db\.transaction\(\)"):
        db.fetch_keyset(query, 2)
