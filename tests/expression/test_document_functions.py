"""Functions of documents: into them, of them, and what makes one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import JSON_NULL, SERVER_DEFAULT, Database, FerraModel, QueryError, Table, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.nullability import may_be_null


@attrs.frozen
class Place:
    city: str
    zip: int


class Files(Table):
    id = t.serial(primary_key=True)
    data = t.jsonb()
    place = t.jsonb(Place)
    other = t.nullable(t.jsonb())
    plain = t.json(default={})
    name = t.nullable(t.text())


@attrs.frozen
class File(FerraModel[Files]):
    data: Any
    place: Place
    other: Any = None
    id: int = SERVER_DEFAULT


DATA = {"tags": ["a", "b"], "likes": 4, "no": None, "in": {"x": 1}}


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Files) as db:
        db.execute(insert_into(Files).values(File(DATA, Place("Rome", 1))))
        yield db


def document(value: Any) -> Any:
    return fn.literal(value, t.jsonb())


CASES: list[tuple[Any, Any]] = [
    (fn.jsonb_path_exists(Files.data, '$.tags[*] ? (@ == "a")'), True),
    (fn.jsonb_path_exists(Files.data, "$.tags[*] ? (@ == $tag)", {"tag": "z"}), False),
    (fn.jsonb_path_exists(Files.other, "$"), None),
    (fn.jsonb_path_match(Files.data, "$.likes > $least", {"least": 3}), True),
    (fn.jsonb_path_match(Files.data, "null"), None),
    (fn.jsonb_path_query_first(Files.data, "$.tags[1]"), "b"),
    (fn.jsonb_path_query_first(Files.data, "$.no"), JSON_NULL),
    (fn.jsonb_path_query_first(Files.data, "$.nothing"), None),
    (fn.jsonb_path_query_first(Files.place, "$.city"), "Rome"),
    (fn.jsonb_array_length(document([1, 2])), 2),
    (fn.jsonb_typeof(Files.data), "object"),
    (fn.jsonb_typeof(document(JSON_NULL)), "null"),
    (fn.jsonb_typeof(Files.other), None),
    (fn.jsonb_pretty(document([1])), "[\n    1\n]"),
    (fn.jsonb_set(Files.data, ["tags", 0], {"n": None}), {**DATA, "tags": [{"n": None}, "b"]}),
    (fn.jsonb_set(Files.data, ("new",), 1), {**DATA, "new": 1}),
    (fn.jsonb_set(Files.data, ("new",), 1, create=False), DATA),
    (fn.jsonb_set(Files.data, ("likes",), JSON_NULL), {**DATA, "likes": None}),
    (fn.jsonb_set(Files.place, ["city"], document("Bari")), {"city": "Bari", "zip": 1}),
    (fn.jsonb_set(Files.data, ("new",), Files.other), None),
    (fn.jsonb_insert(Files.data, ["tags", 0], "0"), {**DATA, "tags": ["0", "a", "b"]}),
    (fn.jsonb_insert(Files.data, ["tags", -1], "c", after=True), {**DATA, "tags": ["a", "b", "c"]}),
    (fn.jsonb_strip_nulls(Files.data), {key: value for key, value in DATA.items() if key != "no"}),
    (fn.to_jsonb(Files.id), 1),
    (fn.to_jsonb(Files.place), {"city": "Rome", "zip": 1}),
    (fn.to_jsonb(Files.name), None),
    (fn.to_jsonb(fn.literal(dt.date(2024, 1, 31))), "2024-01-31"),
    (
        fn.jsonb_build_object("id", Files.id, "name", Files.name, "x", [1], "y", None),
        {"id": 1, "name": None, "x": [1], "y": None},
    ),
    (fn.jsonb_build_object('"', "it's"), {'"': "it's"}),
    (fn.jsonb_build_array(Files.id, "x", None, Files.place), [1, "x", None, {"city": "Rome", "zip": 1}]),
]


@pytest.mark.parametrize(("given", "expected"), CASES, ids=repr)
def test_it_gives_what_postgresql_gives(db: Database, given: Any, expected: Any) -> None:
    assert db.fetch_one(from_(Files).select(Files.id, given)) == (1, expected)
    assert expected is not None or may_be_null(given.shape, iter(given.params))


@pytest.mark.parametrize(
    "never",
    [
        fn.jsonb_path_exists(Files.data, "$"),
        fn.jsonb_set(Files.data, ["a"], 1),
        fn.jsonb_build_object("a", Files.name),
        fn.jsonb_build_array(None),
    ],
    ids=repr,
)
def test_what_is_never_null_is_known_not_to_be(never: Any) -> None:
    assert not may_be_null(never.shape, iter(never.params))


def test_an_aggregate_stands_in_a_document(db: Database) -> None:
    counted = fn.jsonb_build_object("n", fn.count(), "ids", fn.jsonb_agg(Files.id))
    assert db.fetch_one(from_(Files).select(counted)) == {"n": 1, "ids": [1]}


def test_a_path_and_its_variables_are_parameters() -> None:
    one = fn.jsonb_path_exists(Files.data, "$.a ? (@ == $x)", {"x": "secret"})
    other = fn.jsonb_path_exists(Files.data, "$.b", {})
    assert one.shape == other.shape
    assert "secret" not in repr(one)


WRONG: Any = fn  # No checker takes what is refused here.


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: WRONG.jsonb_path_exists(Files.plain, "$"), r"takes jsonb, not json: say \.cast\(t\.jsonb\(\)\)"),
        (lambda: WRONG.jsonb_path_exists(Files.name, "$"), r"takes jsonb, not text: say fn\.to_jsonb"),
        (lambda: WRONG.jsonb_path_exists(Files.data, 1), r"jsonpath \(str\), not int"),
        (lambda: WRONG.jsonb_path_exists(Files.data, None), "takes a path"),
        (lambda: WRONG.jsonb_path_match(Files.data, "$", [1]), "in a dict, not in a list"),
        (lambda: WRONG.jsonb_set(Files.data, "a", 1), "takes a path"),
        (lambda: WRONG.jsonb_set(Files.data, [], 1), "takes a path"),
        (lambda: WRONG.jsonb_set(Files.data, [True], 1), "a step is a key or a place"),
        (lambda: WRONG.jsonb_set(Files.data, ["a"], None), "JSON_NULL"),
        (lambda: WRONG.jsonb_insert(Files.data, ["a"], Files.name), r"say fn\.to_jsonb"),
        (lambda: WRONG.jsonb_set(Files.data, ["a"], 1, create=1), r"boolean \(bool\), not int"),
        (WRONG.jsonb_build_object, "keys and values in turn"),
        (lambda: WRONG.jsonb_build_object("a"), "keys and values in turn"),
        (lambda: WRONG.jsonb_build_object(Files.name, 1), "keys that are strings"),
        (WRONG.jsonb_build_array, "takes values"),
        (lambda: WRONG.to_jsonb(1), "not int"),
    ],
)
def test_what_means_nothing_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        wrong()
