"""Values in documents: each is read as it was written, and a number that would be changed is refused."""

# ruff: noqa: DTZ001 - a timestamp has no zone

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shelf import Address, Keeper, Kept, Mood

from ferra_sync import JSON_NULL, Db, DbErrorKind, MongoDatabase

BIGINTS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LOCAL = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31))
NAMES = st.one_of(TEXTS, st.sampled_from(["$set", "a.b", "$literal", "", "_id"]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
KEEPERS = st.builds(
    Keeper,
    id=BIGINTS,
    small=st.integers(-(2**15), 2**15 - 1),
    amount=st.decimals(-(10**26) + 1, 10**26 - 1, places=4),
    real=st.floats(allow_nan=False),
    text=TEXTS,
    flag=st.booleans(),
    uuid=st.uuids(),
    day=st.dates(),
    time=st.times(),
    local=LOCAL,
    at=LOCAL.map(lambda at: at.replace(tzinfo=dt.timezone(dt.timedelta(hours=0)))),
    span=st.timedeltas(dt.timedelta(-90_000_000), dt.timedelta(90_000_000)),
    raw=st.binary(max_size=8),
    mood=st.sampled_from(Mood),
    document=JSON.filter(lambda each: each is not None),
    address=st.one_of(st.none(), st.builds(Address, TEXTS, st.one_of(st.none(), st.integers()))),
    numbers=st.lists(st.one_of(st.none(), BIGINTS), max_size=4),
    moods=st.lists(st.sampled_from(Mood), max_size=3),
)


@given(keeper=KEEPERS)
@settings(max_examples=150, deadline=None)
def test_every_value_is_read_as_it_was_written(shelf_db: MongoDatabase, keeper: Keeper) -> None:
    kept = shelf_db.repository(Keeper)
    returned = kept.save(keeper)
    assert returned == kept.find_by_id(keeper.id) == kept.update(keeper.id, keeper) == keeper
    assert str(returned.amount) == str(abs(keeper.amount) if not keeper.amount else keeper.amount)
    assert repr(returned.document) == repr(keeper.document)


def keeper(**changed: Any) -> Keeper:
    moment = dt.datetime(2024, 1, 1, 12, 30, 0, 1)
    plain: dict[str, Any] = {
        "id": 1, "small": 1, "amount": Decimal(1), "real": 1.0, "text": "", "flag": True, "uuid": UUID_1,
        "day": moment.date(), "time": moment.time(), "local": moment, "at": moment.replace(tzinfo=dt.UTC),
        "span": dt.timedelta(0), "raw": b"", "mood": Mood.SAD, "document": {}, "address": None, "numbers": [],
        "moods": [],
    }  # fmt: skip
    return Keeper(**{**plain, **changed})


UUID_1 = UUID(int=1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("small", 2**15),
        ("id", 2**63),
        ("amount", Decimal(10) ** 26),
        ("amount", Decimal("NaN")),
        ("amount", Decimal("Infinity")),
        ("amount", Decimal("1E+99999")),
        ("real", math.nan),
        ("real", 10**400),
        ("span", dt.timedelta.max),
    ],
)
def test_what_would_be_changed_is_refused_by_its_column_and_not_shown(
    mongo: MongoDatabase, column: str, value: object
) -> None:
    with pytest.raises(Db, match=rf"^a value of kept\.{column} ") as caught:
        mongo.repository(Keeper).insert(keeper(**{column: value}))
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    assert str(value) not in str(caught.value)


def test_numbers_are_rounded_to_their_scale_as_postgresql_does(mongo: MongoDatabase) -> None:
    kept = mongo.repository(Keeper)
    amounts = [Decimal("0.00005"), Decimal("-0.00005"), Decimal("0.00004"), Decimal("-0.00001"), Decimal("2.00015")]
    stored = [str(kept.save(keeper(amount=amount)).amount) for amount in amounts]
    assert stored == ["0.0001", "-0.0001", "0.0000", "0.0000", "2.0002"]


def test_the_null_of_json_is_no_null_of_the_column(mongo: MongoDatabase) -> None:
    kept = mongo.repository(Keeper)
    assert kept.insert(keeper(document=JSON_NULL)).document is None
    assert kept.count(Kept.document.is_null()) == 0


def test_moments_are_kept_to_the_microsecond_and_compared_so(mongo: MongoDatabase) -> None:
    kept = mongo.repository(Keeper)
    at = dt.datetime(2024, 1, 1, 0, 0, 0, 1, dt.UTC)
    kept.insert(keeper(at=at))
    assert kept.count(Kept.at > at) == 0
    assert kept.count(Kept.at > at - dt.timedelta(microseconds=1)) == 1
    assert kept.count(Kept.at == at.astimezone(dt.timezone(dt.timedelta(hours=5)))) == 1
