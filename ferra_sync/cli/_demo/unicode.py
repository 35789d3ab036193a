"""Real data that every machine has: the Unicode character database, some 140,000 rows."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from ferra_sync import Database, PgRepository, from_, select, update
from ferra_sync import functions as fn
from ferra_sync.cli._demo.domain import Character, Characters
from ferra_sync.cli._demo.steps import Journal

_HANGUL: Final = range(0xAC00, 0xD7A4)
"""The Hangul syllables: a block of 11,172."""

_BATCH: Final = 10_000
_PAGE: Final = 500
_LOOKUPS: Final = 1_000


@attrs.frozen
class Truth:
    """What Python's own copy of the data says, for the steps to be checked against."""

    rows: int
    arrows: frozenset[int]
    fractions: frozenset[int]
    categories: Mapping[str, tuple[int, int, int]]
    """Category → number of characters, first and last code point."""

    @classmethod
    def of(cls, characters: Sequence[Character]) -> Truth:
        """Count what is in `characters`, which are in the order of their code points."""
        number = Counter(each.category for each in characters)
        first = {each.category: each.code_point for each in reversed(characters)}
        last = {each.category: each.code_point for each in characters}
        return cls(
            rows=len(characters),
            arrows=frozenset(each.code_point for each in characters if "ARROW" in each.name),
            fractions=frozenset(each.code_point for each in characters if 0 < (each.numeric_value or 0) < 1),
            categories={category: (number[category], first[category], last[category]) for category in number},
        )


def characters() -> Iterator[Character]:
    """Yield every character that has a name, in the order of the code points."""
    for code_point in range(sys.maxunicode + 1):
        character = chr(code_point)
        name = unicodedata.name(character, None)
        if name is not None:
            yield Character(code_point, name, unicodedata.category(character), unicodedata.numeric(character, None))


def unicode(db: Database, journal: Journal) -> None:
    """COPY the characters in, then search, filter, page, update, aggregate and stream them."""
    known = list(characters())
    truth = Truth.of(known)
    repo = PgRepository(Character, db)
    with journal.step("COPY the characters in", truth.rows) as step:
        step.expect("the rows", repo.copy_in(step.counted(known)), truth.rows)
    with journal.step(f"find {_LOOKUPS:,} by code point", _LOOKUPS) as step:
        for character in step.counted(known[:: truth.rows // _LOOKUPS][:_LOOKUPS]):
            step.expect("the character", repo.find_by_id(character.code_point), character)
    _search(db, journal, truth)
    _walk(db, journal, truth, known)
    with journal.step("update 11,172 by id list", len(_HANGUL)) as step:
        liked = Characters.favourite.to(value=True)
        changed = db.execute(update(Characters).where(Characters.code_point.is_in(_HANGUL)).set(liked))
        step.expect("the rows", changed, len(_HANGUL))
        step.expect("the favourites", repo.count(Characters.favourite), len(_HANGUL))
        step.did(changed)
    with journal.step("aggregate by category", truth.rows) as step:
        step.expect("the categories", _by_category(db), truth.categories)
        step.did(truth.rows)
    with journal.step("stream them all", truth.rows) as step:
        sent = sum(row.code_point for row in step.counted(db.stream(select(Character))))
        step.expect("the rows", step.rows, truth.rows)
        step.expect("the sum of the code points", sent, sum(character.code_point for character in known))


def _search(db: Database, journal: Journal, truth: Truth) -> None:
    with journal.step("search names for an arrow") as step:
        arrows = db.fetch_all(select(Character).where(Characters.name.icontains("arrow")))
        step.expect("the arrows", {each.code_point for each in arrows}, truth.arrows)
        step.did(len(arrows))
    with journal.step("filter by numeric value: fractions") as step:
        between = (Characters.numeric_value > 0.0) & (Characters.numeric_value < 1.0)
        fractions = db.fetch_all(select(Character).where(between).order_by(Characters.numeric_value))
        step.expect("the fractions", {each.code_point for each in fractions}, truth.fractions)
        step.did(len(fractions))
    with journal.step("filter by category: currencies") as step:
        currencies = db.fetch_all(select(Character).where(Characters.category == "Sc"))
        step.expect("the currencies", len(currencies), truth.categories["Sc"][0])
        step.did(len(currencies))


def _walk(db: Database, journal: Journal, truth: Truth, known: Sequence[Character]) -> None:
    symbols = [character for character in known if character.category == "So"]
    with journal.step("page through the symbols", len(symbols)) as step:
        query = select(Character).where(Characters.category == "So")
        page = db.fetch_page(query, 1, _PAGE)
        seen = list(page.items)
        step.did(len(page.items))
        while page.has_next:
            page = db.fetch_page(query, page.page + 1, _PAGE)
            seen.extend(page.items)
            step.did(len(page.items))
        step.expect("the symbols", (page.total, seen == symbols), (len(symbols), True))
    with journal.step("walk all of them in batches", truth.rows) as step:
        walked = 0
        for batch in db.batches(select(Character), size=_BATCH):
            step.expect("the batch's first", batch[0], known[walked])
            walked += len(batch)
            step.did(len(batch))
        step.expect("the rows", walked, truth.rows)


def _by_category(db: Database) -> dict[str, tuple[int, int | None, int | None]]:
    point = Characters.code_point
    query = (
        from_(Characters)
        .group_by(Characters.category)
        .order_by(Characters.category)
        .select(Characters.category, fn.count(), fn.min(point), fn.max(point))
    )
    return {category: (number, first, last) for category, number, first, last in db.fetch_all(query)}
