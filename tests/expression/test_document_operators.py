"""Into documents, what they contain, their keys, and what is added to and taken from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import JSON_NULL, SERVER_DEFAULT, Database, FerraModel, QueryError, Table, from_, insert_into, update
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.nullability import may_be_null


@attrs.frozen
class Place:
    city: str
    zip: int


class Papers(Table):
    id = t.serial(primary_key=True)
    data = t.jsonb()
    place = t.jsonb(Place)
    plain = t.json()
    other = t.nullable(t.jsonb())
    name = t.text(default="tags")


@attrs.frozen
class Paper(FerraModel[Papers]):
    data: Any
    place: Place
    plain: Any
    other: Any = None
    id: int = SERVER_DEFAULT


DATA = {"tags": ["a", "b"], "likes": 4, "no": None, "in": {"x": {"y": 1}}, "0": "key"}


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Papers) as db:
        db.execute(insert_into(Papers).values(Paper(DATA, Place("Rome", 1), {"b": 1, "a": [2, None]})))
        yield db


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in DATA.items() if key not in keys}


MORE = ["c"]
CASES: list[tuple[Any, Any]] = [
    (Papers.data.get("likes"), 4),
    (Papers.data.get("tags", 0), "a"),
    (Papers.data.get("tags", -1), "b"),
    (Papers.data.get("tags", "0"), None),
    (Papers.data.get("0"), "key"),
    (Papers.data.get(0), None),
    (Papers.data.get("in", "x", "y"), 1),
    (Papers.data.get("no"), JSON_NULL),
    (Papers.data.get("nothing", "there"), None),
    (Papers.place.get("city"), "Rome"),
    (Papers.plain.get("a", 0), 2),
    (Papers.other.get("a"), None),
    (Papers.data.get("likes").cast(t.integer()) + 1, 5),
    (Papers.data.text("tags", 1), "b"),
    (Papers.data.text("likes"), "4"),
    (Papers.data.text("no"), None),
    (Papers.plain.text("b"), "1"),
    (Papers.place.text("city"), "Rome"),
    (fn.upper(Papers.place.text("city")), "ROME"),
    (Papers.data.without("in", "x", "y"), {**DATA, "in": {"x": {}}}),
    (Papers.data.without("tags", 0), {**DATA, "tags": ["b"]}),
    (Papers.place.without("zip"), {"city": "Rome"}),
    (Papers.data - "in", without("in")),
    (Papers.data - ["in", "no"], without("in", "no")),
    (Papers.data - Papers.name, without("tags")),
    (Papers.data.get("tags") - 0, ["b"]),
    (Papers.data.get("tags") - fn.literal(-1, t.integer()), ["a"]),
    (Papers.data + {"likes": 5}, {**DATA, "likes": 5}),
    (Papers.data.get("tags") + MORE, ["a", "b", "c"]),
    (Papers.data + Papers.place, {**DATA, "city": "Rome", "zip": 1}),
    ({"x": 1} + Papers.place, {"x": 1, "city": "Rome", "zip": 1}),
    (Papers.place + Papers.other, None),
    (Papers.data.contains({"tags": ["b"]}), True),
    (Papers.data.contains({"no": None}), True),
    (Papers.data.contains({"likes": 5}), False),
    (Papers.data.get("tags").contains("a"), True),
    (Papers.place.contains({"city": "Rome"}), True),
    (Papers.place.contains(Place("Rome", 1)), True),
    (Papers.place.contains(Place("Rome", 2)), False),
    (Papers.data.contains(Papers.data.get("in")), False),
    (Papers.other.contains({}), None),
    (Papers.place.contained_by({"city": "Rome", "zip": 1, "x": 2}), True),
    (Papers.place.contained_by(Papers.data), False),
    (Papers.plain.cast(t.jsonb()).contains({"b": 1}), True),
    (Papers.data.has_key("no"), True),
    (Papers.data.get("tags").has_key("b"), True),
    (Papers.place.has_any(["x", "zip"]), True),
    (Papers.place.has_any(["x"]), False),
    (Papers.place.has_any(()), False),
    (Papers.place.has_all({"city", "zip"}), True),
    (Papers.place.has_all(["city", "x"]), False),
    (Papers.data.get("likes") == 4, True),
    (Papers.data.get("tags") == ["a", "b"], True),
    (Papers.data.get("likes").is_in([3, 4]), True),
]


@pytest.mark.parametrize(("given", "expected"), CASES, ids=repr)
def test_it_gives_what_postgresql_gives(db: Database, given: Any, expected: Any) -> None:
    assert db.fetch_one(from_(Papers).select(Papers.id, given)) == (1, expected)
    assert expected is not None or may_be_null(given.shape, iter(given.params))


@pytest.mark.parametrize(
    "never",
    [
        Papers.data.contains({}),
        Papers.data.has_key("a"),
        Papers.data.without("a"),
        Papers.data - "a",
        Papers.data + {},
    ],
    ids=repr,
)
def test_what_is_never_null_is_known_not_to_be(never: Any) -> None:
    assert not may_be_null(never.shape, iter(never.params))


def test_paths_of_one_kind_have_one_shape() -> None:
    one, other = Papers.data.get("a", 0), Papers.data.get("b", 7)
    assert one.shape == other.shape
    assert (one.params, other.params) == (("a", 0), ("b", 7))
    assert one.shape != Papers.data.get("a", "0").shape
    assert "secret" not in repr(Papers.data.text("secret"))


def test_a_document_is_changed_in_its_place(db: Database) -> None:
    with db.begin() as tx:
        changed = update(Papers).find(1).set(Papers.data.to((Papers.data - "in") + {"new": True}))
        assert tx.fetch_one(changed.returning(Papers.data)) == {**without("in"), "new": True}


WRONG: Any = Papers  # No checker takes what is refused here.


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: WRONG.name.get("a"), "get takes documents; papers.name is text"),
        (lambda: WRONG.name.text("a"), "text takes documents"),
        (lambda: WRONG.data.get(None), "a step is a key or a place"),
        (lambda: WRONG.data.get(True), "a step is a key or a place"),
        (lambda: WRONG.data.get("a", 1.5), "not a float"),
        (lambda: WRONG.data.get(2**31), "no list has a place this far"),
        (lambda: WRONG.plain.without("a"), "without takes jsonb; papers.plain is json"),
        (lambda: WRONG.plain + {}, r"\+ takes numbers; papers.plain is json"),
        (lambda: WRONG.data * 2, r"\* takes numbers; papers.data is jsonb"),
        (lambda: WRONG.data - None, "always NULL"),
        (lambda: WRONG.data - 1.5, "a key, a list of keys or a place, not a float"),
        (lambda: WRONG.data - True, "not a bool"),
        (lambda: WRONG.data - [1], r"text\[\]|is text"),
        (lambda: WRONG.data - WRONG.place, "not jsonb"),
        (lambda: WRONG.data + WRONG.name, "papers.data is jsonb; papers.name is text"),
        (lambda: WRONG.data.contains(None), "always NULL"),
        (lambda: WRONG.data.contains(WRONG.plain), "papers.plain is json"),
        (lambda: WRONG.plain.contains({}), r"declare jsonb, or say \.cast\(t\.jsonb\(\)\)"),
        (lambda: WRONG.id.contains(1), "contains takes text, documents, arrays, hstore and ranges"),
        (lambda: WRONG.name.contained_by("x"), "of which PostgreSQL has no ranges"),
        (lambda: WRONG.data.overlaps([]), "overlaps takes arrays and ranges"),
        (lambda: WRONG.plain.has_key("a"), "declare jsonb"),
        (lambda: WRONG.name.has_key("a"), "has_key takes documents and hstore"),
        (lambda: WRONG.data.has_key(None), "takes a key, not None"),
        (lambda: WRONG.data.has_key(1), "the key of has_key is text"),
        (lambda: WRONG.data.has_any("ab"), "a collection of keys, not str"),
        (lambda: WRONG.data.has_all([None]), "none is None"),
    ],
)
def test_what_means_nothing_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        wrong()
