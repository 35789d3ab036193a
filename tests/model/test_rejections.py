"""Whatever a validator raises is a ValidationError, and nothing of the value is in it."""

from __future__ import annotations

import datetime as dt
import re
import traceback
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import model_of
from type_cases import Mood

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    FerraModel,
    PgRepository,
    Table,
    Unset,
    ValidationError,
    insert_into,
    update,
    validated,
    when_set,
)
from ferra_sync import types as t
from ferra_sync._model.rejections import rejection
from ferra_sync.types import Multirange, Range

SECRET = "hunter2"


class Words(Table):
    id = t.serial(primary_key=True)
    word = t.text()


@attrs.define
class Field:
    word: Any = None


WORD = attrs.fields(Field).word


def said(validator: Any, value: Any) -> str:
    message = rejection(validator, Field(value), WORD, value)
    assert message is not None
    return message


class OwnError(Exception):
    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value

    def __str__(self) -> str:
        return f"own {self.value}"


def chained(value: object) -> None:
    try:
        int(f"{value}")
    except ValueError as error:
        error.add_note(f"note {value}")
        raise RuntimeError(f"chained {value}") from error


def noted(value: object) -> None:
    error = ValueError("noted")
    error.add_note(f"note {value}")
    raise error


def raising(make: Callable[[Any], BaseException]) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        raise make(value)

    return check


WAYS: dict[str, Callable[[Any], None]] = {
    "an error of its own": raising(OwnError),
    "a KeyError": raising(KeyError),
    "a LookupError": raising(lambda value: LookupError(f"{value!r} is not there")),
    "an AssertionError": raising(lambda value: AssertionError(value, "is wrong")),
    "a group": raising(lambda value: ExceptionGroup(f"several {value}", [ValueError(value)])),
    "a UnicodeError": raising(lambda value: UnicodeEncodeError("utf-8", str(value), 0, 1, "bad")),
    "a StopIteration": raising(StopIteration),
    "an error with a cause and a note": chained,
    "an error with a note": noted,
    "an assert": lambda value: (_ for _ in ()).throw(AssertionError(f"{[value]}")),
    "a part of it": raising(lambda value: ValueError(f"begins with {value[:4]}")),
    "it in capitals": raising(lambda value: ValueError(f"no {value.upper()}")),
    "it in a word": raising(lambda value: ValueError(f"user_{value}_exists")),
    "it spelled out": raising(lambda value: ValueError(f"no {'-'.join(value)}")),
    "it in bytes": raising(lambda value: ValueError(f"no {value.encode()}")),
    "it in a list of lists": raising(lambda value: ValueError(f"no {[[value + '!']]}")),
    "a long text": raising(lambda value: ValueError("x" * 10_000 + value)),
}


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Words) as db:
        yield db


def models(check: Callable[[Any], None]) -> tuple[Any, Any]:
    def validator(_row: object, _field: object, value: Any) -> None:
        if value == SECRET:
            check(value)

    read = model_of(FerraModel[Words], word=(str, attrs.field(validator=validator)), id=(int, SERVER_DEFAULT))
    patch = attrs.field(default=UNSET, validator=when_set(validator))
    return read, model_of(Changeset[Words], word=(str | Unset, patch))


@pytest.mark.parametrize("check", WAYS.values(), ids=WAYS)
def test_a_validator_may_raise_whatever_it_likes_on_every_way_in(db: Database, check: Callable[[Any], None]) -> None:
    model, patch = models(check)
    words = PgRepository(model, db)
    with attrs.validators.disabled():
        bad, change = model(SECRET), patch(SECRET)
    ways: list[Callable[[], object]] = [
        lambda: words.insert(bad),
        lambda: words.insert_many([model("fine"), bad]),
        lambda: words.copy_in([bad]),
        lambda: insert_into(Words).values(model("fine"), bad),
        lambda: update(Words).find(1).set(change),
        lambda: validated(model, {"word": SECRET}),
        lambda: validated(patch, {"word": SECRET}),
    ]
    for way in ways:
        with pytest.raises(ValidationError) as caught:
            way()
        error = caught.value
        assert list(error.errors) == ["word"]
        assert (error.__cause__, error.__context__, getattr(error, "__notes__", [])) == (None, None, [])
        shown = "".join(traceback.format_exception(error)) + repr(error)
        assert "hunt" not in re.sub(r"\W", "", shown.casefold())
    assert words.count() == 0


def test_what_ends_the_program_is_no_rejection() -> None:
    for ending in (KeyboardInterrupt, SystemExit):

        def validator(_row: object, _field: object, _value: object, *, ending: Any = ending) -> None:
            raise ending

        with pytest.raises(ending):
            said(validator, SECRET)


def saying(message: Callable[[Any], object]) -> Callable[..., None]:
    def rule(_row: object, _field: object, value: Any) -> None:
        raise ValueError(message(value))

    return rule


NAMED = "is rejected by its validator rule"
NESTED = {"a": [{"b": ("x", SECRET)}]}
TOLD: list[tuple[Callable[[Any], object], Any, str]] = [
    (lambda _: "must be even", 5, "must be even"),
    (lambda _: "must be at least 50", 5, NAMED),
    (lambda value: f"{value} is too small", 5, "… is too small"),
    (lambda value: f"{value!r} is too long", "al", "… is too long"),
    (lambda value: f"is not {10 * value}", 5, NAMED),
    (lambda value: f"row{value}", 5, NAMED),
    (lambda value: f"no {value:05d}", 5, NAMED),
    (lambda value: f"no {value:,}", 1234567, NAMED),
    (lambda value: f"no {value.year}", dt.date(2024, 5, 6), NAMED),
    (lambda value: f"day {value:%d}", dt.date(2024, 5, 6), NAMED),
    (lambda value: f"{value} is gone", dt.date(2024, 5, 6), "… is gone"),
    (lambda value: f"no {value.hex}", UUID(int=2**100), NAMED),
    (lambda value: f"no {value.hex()}", b"hunter2", "no …"),
    (lambda value: f"no {value.hex(':')}", b"hunter2", NAMED),
    (lambda value: f"no {value.quantize(Decimal(1))}", Decimal("12.90"), NAMED),
    (lambda value: f"no {value['a'][0]['b'][1]}", NESTED, "no …"),
    (lambda value: f"no {value['a'][0]['b'][1][:5]}", NESTED, NAMED),
    (lambda value: f"no {value.lower}1", Range(42, None), NAMED),
    (lambda value: f"no {value[0].lower}", Multirange([Range(42, None)]), "no …"),
    (lambda value: f"no {value.name.title()}", Mood.HAPPY, NAMED),
    (lambda value: f"no {value.word[1:]}", Field(SECRET), NAMED),
    (lambda value: value, SECRET, NAMED),
    (lambda value: [value], SECRET, NAMED),
    (lambda value: {"got": value}, SECRET, NAMED),
    (lambda _: "", SECRET, NAMED),
    (lambda value: value[0], list(range(1000)), NAMED),
]


@pytest.mark.parametrize(("message", "value", "told"), TOLD)
def test_a_message_is_told_where_it_surely_shows_nothing(
    message: Callable[[Any], object], value: Any, told: str
) -> None:
    assert said(saying(message), value) == told


LEAST = 18


def test_a_limit_that_a_validator_knows_is_told_with_a_number() -> None:
    def at_least(least: int) -> Any:
        def rule(_row: object, field: Any, _value: int) -> None:
            raise LookupError(f"{field.name} must be at least {least}")

        return rule

    def of_age(_row: object, _field: object, _value: int, most: int = 99) -> None:
        raise LookupError(f"must be from {LEAST} to {most}")

    class Above:
        def __init__(self, least: int) -> None:
            self.least = least

        def __call__(self, *_args: object) -> None:
            raise LookupError(f"must be above {self.least}")

    assert said(at_least(18), 1) == "word must be at least 18"
    assert said(of_age, 10) == "must be from 18 to 99"
    assert said(Above(17), 10) == "must be above 17"


def test_what_a_validator_says_whatever_the_value_is_is_told_also_of_a_long_text() -> None:
    def short(_row: object, field: Any, _value: str) -> None:
        raise ValueError(f"{field.name} must have at most 5000 characters")

    class Short:
        def __call__(self, *_args: object) -> None:
            raise ValueError("must have at most 5000 characters")

    prose = "what this text must have is characters of all kinds, most of them kind"
    assert said(short, prose) == "word must have at most 5000 characters"
    assert said(Short(), prose) == "must have at most 5000 characters"
    assert said(saying(lambda _: "must have at most 5000 characters"), prose) == NAMED


def test_a_value_whose_repr_fails_is_not_shown() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    assert said(saying(lambda _: "broken"), Broken()) == NAMED


def test_attrs_own_validators_say_what_they_ask_for() -> None:
    v = attrs.validators
    assert said(v.in_(["a", "b"]), SECRET) == "is rejected by the in_ validator with options ['a', 'b']"
    assert said(v.and_(v.min_len(1), v.max_len(3)), SECRET) == "is rejected by the max_len validator for 3"
    assert said(v.not_(v.in_([SECRET])), SECRET) == "is rejected by its validator NotValidator"
    assert said(v.optional([v.not_(v.in_([SECRET]))]), SECRET).startswith("is rejected by its validator")


@settings(max_examples=300, deadline=None)
@given(
    value=st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=12) | st.integers(1000),
    around=st.tuples(st.text(max_size=5), st.text(max_size=5)),
    cut=st.integers(0, 6),
)
def test_no_run_of_a_value_is_in_a_message(value: Any, around: tuple[str, str], cut: int) -> None:
    part = str(value)[cut : cut + 4]
    message = said(saying(lambda _: f"{around[0]}{part}{around[1]}"), value)
    if len(part) == 4 and part.isalnum():
        assert part.casefold() not in message.replace(NAMED, "").casefold()
