"""Texts: their parts, patterns, joining and padding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from columns_of_kinds import ROWS, Kind, Kinds, Number, Numbers, Text, Texts
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import Database, from_, insert_into, select, update


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Numbers, Texts, Kinds) as db:
        db.execute(insert_into(Numbers).values(*(Number(*row) for row in ROWS)))
        db.execute(insert_into(Kinds).values(Kind()))
        yield db


HOSTILE = st.text(st.sampled_from("ab%_\\'\"{}$1[]^*.?+()|\n\t A\u0130\u00df\u00e9😀-;"), max_size=5)
ANY_TEXT = HOSTILE | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


@settings(max_examples=60, deadline=None)
@given(words=st.lists(ANY_TEXT, min_size=1, max_size=40), parts=st.lists(ANY_TEXT, min_size=1, max_size=8))
def test_parts_of_a_text_are_found_letter_for_letter(db: Database, words: list[str], parts: list[str]) -> None:
    parts = [*parts, words[0][:2], words[-1][1:]]
    with db.begin() as tx:
        rows = tx.fetch_all(insert_into(Texts).values(*map(Text, words)).returning(Texts.id))
        by_id = dict(zip(sorted(rows), words, strict=True))

        def found(predicate: Any) -> list[str]:
            return sorted(by_id[key] for key in tx.fetch_all(select(Texts.id).where(predicate)))

        for part in parts:
            assert found(Texts.word.contains(part)) == sorted(word for word in words if part in word)
            assert found(Texts.word.startswith(part)) == sorted(word for word in words if word.startswith(part))
            assert found(Texts.word.endswith(part)) == sorted(word for word in words if word.endswith(part))
            assert found(Texts.word == part) == sorted(word for word in words if word == part)
            assert found(~Texts.word.contains(part)) == sorted(word for word in words if part not in word)


ASCII = st.text(st.sampled_from("abAB%_\\'.*[]{}$ "), max_size=5)


@settings(max_examples=40, deadline=None)
@given(words=st.lists(ASCII, min_size=1, max_size=30), parts=st.lists(ASCII, min_size=1, max_size=6))
def test_the_i_variants_do_not_look_at_case(db: Database, words: list[str], parts: list[str]) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Texts).values(*(Text("-", word) for word in words)))
        for part in parts:
            low = part.lower()
            for predicate, python in (
                (Texts.other.icontains(part), lambda word: low in word.lower()),  # noqa: B023 - used at once
                (Texts.other.istartswith(part), lambda word: word.lower().startswith(low)),  # noqa: B023
                (Texts.other.iendswith(part), lambda word: word.lower().endswith(low)),  # noqa: B023
            ):
                found = tx.fetch_all(select(Texts.other).where(predicate))
                assert sorted(found) == sorted(filter(python, words))


def as_regex(pattern: str) -> str:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return "".join(wild.get(part, re.escape(part[-1])) for part in parts)


PATTERNS = st.lists(st.sampled_from(["a", "B", "%", "_", "\\%", "\\_", "\\\\", "'", ".", "\n"]), max_size=5).map(
    "".join
)


@settings(max_examples=60, deadline=None)
@given(words=st.lists(ASCII, min_size=1, max_size=20), patterns=st.lists(PATTERNS, min_size=1, max_size=5))
def test_like_takes_a_raw_pattern(db: Database, words: list[str], patterns: list[str]) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Texts).values(*map(Text, words)))
        for pattern in patterns:
            regex, caseless = (
                re.compile(as_regex(pattern), re.DOTALL),
                re.compile(as_regex(pattern), re.DOTALL | re.IGNORECASE),
            )
            assert sorted(tx.fetch_all(select(Texts.word).where(Texts.word.like(pattern)))) == sorted(
                filter(regex.fullmatch, words)
            )
            assert sorted(tx.fetch_all(select(Texts.word).where(Texts.word.ilike(pattern)))) == sorted(
                filter(caseless.fullmatch, words)
            )


@settings(max_examples=40, deadline=None)
@given(left=ANY_TEXT, right=ANY_TEXT)
def test_texts_are_joined_by_plus_on_either_side(db: Database, left: str, right: str) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Texts).values(Text(left, right)))
        query = from_(Texts).select(
            Texts.word + right, left + Texts.other, Texts.word + Texts.other, Texts.other + left
        )
        assert tx.fetch_one(query) == (left + right, left + right, left + right, right + left)


def test_a_padded_text_equals_what_was_written_without_its_blanks(db: Database) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Texts).values(Text("w")))
        tx.execute(update(Texts).all_rows().set(Texts.padded.to("ab")))
        assert tx.fetch_one(select(Texts.padded).where(Texts.padded == "ab", Texts.padded.is_in(["ab"]))) == "ab  "
