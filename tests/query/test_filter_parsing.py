"""`Filter.parse`: what is read from query strings and mappings, and that all that is wrong is said at once, by name."""

from __future__ import annotations

import datetime as dt
import re
import traceback
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus, urlencode
from uuid import UUID

import attrs
import pytest
from databases import database_with
from hypothesis import example, given, settings
from hypothesis import strategies as st
from offers import Bids, Offer, OfferFilter, Offers, SellerFilter, Sellers, State

from ferra_sync import UNSET, Database, Filter, SchemaError, Select, Unset, ValidationError, by, select
from ferra_sync.types import Interval


class MultiDict(dict[str, list[str]]):
    """As those of werkzeug and Django: `[name]` is one of the values."""

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)[-1]

    def getlist(self, name: str) -> list[str]:
        return super().__getitem__(name)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Sellers, Offers, Bids) as db:
        yield db


def wrong(data: Any, **options: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        OfferFilter.parse(data, **options)
    assert caught.value.model == "OfferFilter"
    return caught.value.errors


MOMENT = dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.timezone(dt.timedelta(hours=2)))

READ: list[tuple[str, str, Any]] = [
    ("title_contains", "a%26b+c", "a&b c"),
    ("title_contains", "null", "null"),
    ("note", "null", None),
    ("id", "-1", [-1]),
    ("id", "99999999999999999999", [99999999999999999999]),
    ("min_price", "9.90", Decimal("9.90")),
    ("min_price", "1e2", Decimal(100)),
    ("lighter", "2", 2.0),
    ("lighter", ".5e1", 5.0),
    ("lighter", "-Infinity", float("-inf")),
    *(("sold", text, True) for text in ("true", "True", "1", "yes", "Y", "on", "t")),
    *(("sold", text, False) for text in ("false", "FALSE", "0", "no", "n", "Off", "f")),
    ("state", "used", State.USED),
    ("word", "new", "new"),
    ("code", "00000000-0000-0000-0000-000000000003", UUID(int=3)),
    ("code", "00000000000000000000000000000003", UUID(int=3)),
    ("made_after", "2024-05-06T07:08:09%2B02:00", MOMENT),
    ("made_after", "2024-05-06T07:08:09+02:00", MOMENT),
    ("made_after", "2024-05-06 07:08:09+0200", MOMENT),
    ("made_after", "2024-05-06T05:08:09Z", MOMENT),
    ("made_after", "2024-05-06T03:08:09-02:00", MOMENT),
    ("until", "2024-05-06", dt.date(2024, 5, 6)),
    ("until", "null", None),
    ("tag", "a&tag=b&tag=a", ["a", "b", "a"]),
    ("has-bids", "no", False),
]


@pytest.mark.parametrize(("name", "text", "value"), READ)
def test_a_value_is_read_as_people_and_query_strings_write_it(name, text, value):
    field = {"id": "ids", "has-bids": "has_bids"}.get(name, name)
    assert OfferFilter.parse(f"{name}={text}") == OfferFilter(**{field: value})


def test_a_query_string_may_begin_as_it_stands_in_a_url():
    assert OfferFilter.parse("?sold=1&state=new") == OfferFilter(sold=True, state=State.NEW)


@pytest.mark.parametrize(
    "data", ["", "?", "&", {}, MultiDict(), "sold=&tag=&tag=+&id=&note=", {"sold": "", "tag": [" "]}]
)
def test_what_is_blank_or_not_there_is_unset(data):
    assert OfferFilter.parse(data) == OfferFilter()


def test_a_mapping_is_read_like_a_query_string_and_may_hold_values_already():
    made = OfferFilter(
        ids=[1, 2], sold=True, min_price=Decimal(5), code=UUID(int=1), note=None, until=dt.date(2024, 5, 6)
    )
    values = {
        "id": [1, 2],
        "sold": True,
        "min_price": 5,
        "code": UUID(int=1),
        "note": None,
        "until": dt.date(2024, 5, 6),
    }
    texts = {"id": ["1", "2"], "sold": "yes", "min_price": "5", "code": [str(UUID(int=1))], "note": "null"}
    assert OfferFilter.parse(values) == made
    assert OfferFilter.parse({**texts, "until": "2024-05-06"}) == made
    assert OfferFilter.parse(MultiDict({"id": ["1", "2"], "state": ["new"]})) == OfferFilter(
        ids=[1, 2], state=State.NEW
    )
    assert OfferFilter.parse({"state": State.NEW, "lighter": 1, "states": (State.USED,)}) == OfferFilter(
        state=State.NEW, lighter=1.0, states=[State.USED]
    )


def test_a_list_that_is_empty_is_a_list():
    assert OfferFilter.parse({"id": []}) == OfferFilter(ids=[])


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ("sold=maybe", {"sold": "spells no bool"}),
        ("id=1&id=x", {"id": "spells no int"}),
        ("id=1_000", {"id": "spells no int"}),
        ("id=٣", {"id": "spells no int"}),
        ("min_price=1,5", {"min_price": "spells no Decimal"}),
        ("lighter=1_0", {"lighter": "spells no float"}),
        ("state=NEW", {"state": "is none of new, used"}),
        ("states=new&states=old", {"states": "is none of new, used"}),
        ("word=other", {"word": "is none of new, used"}),
        ("code=1", {"code": "spells no UUID"}),
        ("until=2024-02-30", {"until": "spells no date"}),
        ("made_after=2024-05-06", {"made_after": "spells no datetime"}),
        ("title_contains=%00", {"title_contains": "spells no str"}),
        ("title_contains=a&title_contains=b", {"title_contains": "is given more than once"}),
        ("long=ab", {"long": "is rejected by the min_len validator for 3"}),
        ("nothing=1", {"nothing": "is unknown"}),
        ({"sold": 1}, {"sold": "spells no bool"}),
        ({"sold": None}, {"sold": "spells no bool"}),
        ({"id": True}, {"id": "spells no int"}),
        ({"min_price": 9.9}, {"min_price": "spells no Decimal"}),
        ({"until": MOMENT}, {"until": "spells no date"}),
        ({"title_contains": "\ud800"}, {"title_contains": "spells no str"}),
        ({"title_contains": {"x": 1}}, {"title_contains": "spells no str"}),
        ({1: 2}, {"": "has a key that is no text"}),
        ("a=%ff", {"": "is no query string in UTF-8 of at most 1000 fields"}),
        ("id=1&" * 1001, {"": "is no query string in UTF-8 of at most 1000 fields"}),
        ("\ud800", {"": "is no query string in UTF-8 of at most 1000 fields"}),
        ([("sold", "1")], {"": "takes a query string or a mapping, not a list"}),
        (None, {"": "takes a query string or a mapping, not None"}),
    ],
)
def test_what_spells_no_value_is_refused_by_name_and_without_the_value(data, errors):
    assert wrong(data) == errors


def test_a_moment_without_an_offset_and_a_number_that_no_type_holds_are_refused_too():
    (told,) = wrong("made_after=2024-05-06T07:08:09").values()
    assert "takes a datetime with a time zone; this one has none" in told
    assert "no number this big" in wrong("max_price=1e999999")["max_price"]


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_fields():
    data = "nothing=1&long=x&id=x&sold=perhaps&title_contains=ok&state=old"
    assert list(wrong(data)) == ["id", "sold", "state", "long", "nothing"]
    with pytest.raises(ValidationError, match=r"^OfferFilter is not valid: id: spells no int; sold: spells no bool; "):
        OfferFilter.parse(data)


def test_no_trace_of_the_value_is_left_in_the_error():
    with pytest.raises(ValidationError) as caught:
        OfferFilter.parse("sold=secret&id=secret&made_after=secret&long=se&code=secret&state=secret")
    shown = "".join(traceback.format_exception(caught.value))
    assert "secret" not in shown.replace(
        '"sold=secret&id=secret&made_after=secret&long=se&code=secret&state=secret"', ""
    )


def test_unknown_names_are_ignored_where_that_is_said_or_they_are_somebody_elses():
    assert OfferFilter.parse("nothing=1&sold=1", unknown="ignore") == OfferFilter(sold=True)
    assert OfferFilter.parse("page=2&per_page=5&sort=-id&limit=1&after=x&before=y") == OfferFilter()
    for beside in (["csrf"], "csrf"):
        assert OfferFilter.parse("csrf=1&sold=1", beside=beside) == OfferFilter(sold=True)
    assert wrong("page=2", beside=()) == {"page": "is unknown"}
    with pytest.raises(ValueError, match='unknown is "refuse" or "ignore"'):
        OfferFilter.parse("", unknown="guess")


def test_a_prefix_tells_the_fields_of_two_filters_apart():
    data = "offer_sold=1&seller_name=ada&name=x&offer_page=2"
    assert SellerFilter.parse(data, prefix="seller_") == SellerFilter("ada")
    assert wrong(data, prefix="offer_") == {"offer_page": "is unknown"}
    assert wrong("offer_sold=x", prefix="offer_") == {"offer_sold": "spells no bool"}


@pytest.mark.parametrize("name", ["ids", "has_bids", "__class__", "self", "cls", "offers.id", "id__in", "id OR 1=1"])
def test_the_outside_knows_a_field_by_its_name_there_and_by_no_other(name):
    assert wrong({name: "1"}) == {name: "is unknown"}


class Point:
    """No value of any column."""


def test_a_field_of_a_class_that_no_text_spells_is_a_schema_error():
    @attrs.define
    class PointFilter(Filter[Offers]):
        at: Point | Unset = by(lambda _: Offers.sold)

    with pytest.raises(SchemaError, match=r"PointFilter\.at is Point, which no text spells"):
        PointFilter.parse("at=1")
    assert PointFilter.parse("") == PointFilter()


def test_a_validator_is_not_asked_where_attrs_is_told_to_ask_none():
    with attrs.validators.disabled():
        assert OfferFilter.parse("long=ab").long == "ab"


def test_functions_may_refuse_a_value_by_whatever_they_raise():
    @attrs.define
    class Choosy(Filter[Offers]):
        name: str | Unset = by(lambda name: Offers.state == State[name])

    assert Choosy.parse("name=NEW") == Choosy("NEW")
    with pytest.raises(ValidationError, match=r"Choosy is not valid: name: is refused$"):
        Choosy.parse("name=OLD")


def test_durations_bytes_and_choices_among_numbers_are_read_as_to_dict_writes_them():
    @attrs.define
    class Rare(Filter[Offers]):
        age: dt.timedelta | Unset = by(lambda _: Offers.sold)
        span: Interval | Unset = by(lambda _: Offers.sold)
        raw: bytes | Unset = by(lambda _: Offers.sold)
        level: int | str | Unset = by(lambda _: Offers.sold)
        pair: tuple[int, ...] | Unset = by(lambda _: Offers.sold)
        raised: Any = by(lambda _: Offers.sold)

    made = Rare.parse("age=P1DT2H&span=P1M&raw=YWI%3D&level=3&pair=1&pair=2&raised=x")
    assert (made.age, made.raw, made.level, made.pair, made.raised) == (
        dt.timedelta(days=1, hours=2), b"ab", 3, (1, 2), "x",
    )  # fmt: skip
    assert made.span == Interval(months=1)
    assert Rare.parse("level=a").level == "a"


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip)
ZONES = st.just(dt.UTC) | st.just(dt.timezone(dt.timedelta(hours=-3, minutes=-30)))
HOSTILE = st.sampled_from(
    [
        "'; DROP TABLE offers; --",
        "%",
        "\\",
        "$1",
        "{}",
        "NULL",
        "1 OR 1=1",
        "\0",
        "\u202e",
        "9" * 400,
        "1e400000",
        "NaN",
    ]
)
NAMES = st.sampled_from([field.name for field in attrs.fields(OfferFilter)] + ["id", "has-bids", "sort", "page", "x"])
TEXTS = HOSTILE | st.text(max_size=12) | st.sampled_from([text for _, text, _ in READ])
PAIRS = st.lists(st.tuples(NAMES | st.text(max_size=8), TEXTS), max_size=6)


@settings(max_examples=120, deadline=None)
@given(pairs=PAIRS)
@example(pairs=[("title_contains", "a\0")])
def test_whatever_comes_from_outside_is_a_filter_that_the_server_takes_or_one_validation_error(db, pairs):
    try:
        text = urlencode(pairs)
    except UnicodeEncodeError:
        text = "&".join(f"{name}={value}" for name, value in pairs)
    mapping: dict[str, list[str]] = {}
    for name, value in pairs:
        mapping.setdefault(name, []).append(value)
    for data in (text, mapping, MultiDict(mapping)):
        with suppress(ValidationError):
            made = OfferFilter.parse(data)
            query = select(Offer).filter(made)
            assert db.fetch_all(query) == []
            names = [field.name for field in attrs.fields(OfferFilter) if getattr(made, field.name) is not UNSET]
            assert _without_types(query) == _without_types(select(Offer).filter(_example(names, made)))


def _without_types(query: Select[Any, Any, Any]) -> str:
    """Return the SQL without the types of the parameters: that of a number is as wide as the number."""
    return re.sub(r"::\w+", "", query.sql().text)


def _example(names: list[str], made: OfferFilter) -> OfferFilter:
    """Return a filter in which the same is set, None and booleans as they are, for they are parts of the shape."""
    usual = {name.replace("-", "_"): value for name, _, value in READ if value is not None} | {"ids": [1], "text": "a"}
    usual |= {"max_price": Decimal(1), "states": [State.NEW], "long": "abc", "note": "a"}
    kept = {name: getattr(made, name) for name in names if getattr(made, name) is None or name == "has_bids"}
    return OfferFilter(**{name: usual[name] for name in names} | kept)


@settings(max_examples=60, deadline=None)
@given(
    values=st.fixed_dictionaries(
        {},
        optional={
            "title_contains": WORDS,
            "id": st.lists(st.integers(), min_size=1, max_size=3),
            "min_price": st.decimals(-(10**6), 10**6, places=2),
            "lighter": st.floats(allow_nan=False, allow_infinity=False),
            "sold": st.booleans(),
            "state": st.sampled_from(State),
            "code": st.uuids(),
            "made_after": st.datetimes(timezones=ZONES),
            "until": st.dates(),
        },
    )
)
def test_a_value_that_is_spelled_is_read_as_it_was(values):
    def spelled(value: Any) -> str:
        if isinstance(value, State):
            return value.value
        return value.isoformat() if isinstance(value, dt.date) else str(value)

    pairs = [(name, each) for name, value in values.items() for each in (value if isinstance(value, list) else [value])]
    text = "&".join(f"{name}={quote_plus(spelled(value))}" for name, value in pairs)
    fields = {{"id": "ids"}.get(name, name): value for name, value in values.items()}
    assert OfferFilter.parse(text) == OfferFilter(**fields)
