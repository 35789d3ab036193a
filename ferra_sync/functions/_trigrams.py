"""How alike two texts are by their runs of three letters: of the extension `pg_trgm`, which the database must have."""

from __future__ import annotations

from typing import Final

from ferra_sync._expression.expression import Expr
from ferra_sync._expression.sqltypes import REAL, TEXT
from ferra_sync._expression.typevars import G, Ga, N, Na, S, Sa, Sb
from ferra_sync.functions._calls import Text, signature, text

_SIMILARITY: Final = signature("similarity", TEXT, TEXT, returns=REAL)
_WORD_SIMILARITY: Final = signature("word_similarity", TEXT, TEXT, returns=REAL)
_SHOW_TRGM: Final = signature("show_trgm", TEXT, returns=TEXT.array)


def similarity(value: Text[Sa, Na, Ga], other: Text[Sb, Na, Ga]) -> Expr[Sa | Sb, float, Na, Ga]:
    """How alike two texts are, from 0 to 1: the part that they share of all their trigrams."""
    return _SIMILARITY(value, other)


def word_similarity(words: Text[Sa, Na, Ga], value: Text[Sb, Na, Ga]) -> Expr[Sa | Sb, float, Na, Ga]:
    """How alike `words` are to the most similar part of `value`, from 0 to 1."""
    return _WORD_SIMILARITY(words, value)


def show_trgm(value: Expr[S, str, N, G]) -> Expr[S, list[str], N, G]:
    """The trigrams of a text."""
    return _SHOW_TRGM(text("show_trgm", value))
