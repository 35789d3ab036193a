"""Full text search: documents as vectors of words, what is asked of them, and how well it is answered.

Each takes the name of a configuration, such as "english": which it would be by default, the session decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.full_text import TsQuery, TsVector
from ferra_sync._expression.nulls import strict
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import G, Ga, N, Na, S, Sa
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import Text, argument, call, expression, signature

Weight = Literal["A", "B", "C", "D"]

_WEIGHTS: Final = get_args(Weight)

_TO_TSVECTOR: Final = signature("to_tsvector", sql.REGCONFIG, sql.TEXT, returns=sql.TSVECTOR)
_TO_TSQUERY: Final = signature("to_tsquery", sql.REGCONFIG, sql.TEXT, returns=sql.TSQUERY)
_PLAINTO_TSQUERY: Final = signature("plainto_tsquery", sql.REGCONFIG, sql.TEXT, returns=sql.TSQUERY)
_PHRASETO_TSQUERY: Final = signature("phraseto_tsquery", sql.REGCONFIG, sql.TEXT, returns=sql.TSQUERY)
_WEBSEARCH_TO_TSQUERY: Final = signature("websearch_to_tsquery", sql.REGCONFIG, sql.TEXT, returns=sql.TSQUERY)
_TS_HEADLINE: Final = signature("ts_headline", sql.REGCONFIG, sql.TEXT, sql.TSQUERY, sql.TEXT, returns=sql.TEXT)
_SETWEIGHT: Final = signature("setweight", sql.TSVECTOR, sql.WEIGHT, returns=sql.TSVECTOR)
_NUMNODE: Final = signature("numnode", sql.TSQUERY, returns=sql.INTEGER)
_TS_RANK: Final = FunctionRef("ts_rank", nulls=strict, returns=sql.REAL)
_TS_RANK_CD: Final = FunctionRef("ts_rank_cd", nulls=strict, returns=sql.REAL)


def to_tsvector(config: str, document: Text[Sa, Na, Ga]) -> Expr[Sa, TsVector, Na, Ga]:
    """The words of a document and where they stand, as the configuration reduces them to their stems."""
    return _TO_TSVECTOR(_config(_TO_TSVECTOR.ref, config), document)


# What is asked


def to_tsquery(config: str, text: Text[Sa, Na, Ga]) -> Expr[Sa, TsQuery, Na, Ga]:
    """A query of words between `&`, `|`, `!` and `<->`; the server refuses a text that is spelled otherwise."""
    return _TO_TSQUERY(_config(_TO_TSQUERY.ref, config), text)


def plainto_tsquery(config: str, text: Text[Sa, Na, Ga]) -> Expr[Sa, TsQuery, Na, Ga]:
    """All the words of any text."""
    return _PLAINTO_TSQUERY(_config(_PLAINTO_TSQUERY.ref, config), text)


def phraseto_tsquery(config: str, text: Text[Sa, Na, Ga]) -> Expr[Sa, TsQuery, Na, Ga]:
    """All the words of any text, one after the other."""
    return _PHRASETO_TSQUERY(_config(_PHRASETO_TSQUERY.ref, config), text)


def websearch_to_tsquery(config: str, text: Text[Sa, Na, Ga]) -> Expr[Sa, TsQuery, Na, Ga]:
    """What people type: words, `"a phrase"`, `or`, and `-word` for without; no text is refused."""
    return _WEBSEARCH_TO_TSQUERY(_config(_WEBSEARCH_TO_TSQUERY.ref, config), text)


def numnode(query: Expr[S, TsQuery, N, G]) -> Expr[S, int, N, G]:
    """The number of words and operators of a query: 0 where it asks for nothing."""
    return _NUMNODE(expression("numnode", query))


# How well it is answered


def ts_rank(
    vector: Expr[S, TsVector, N, G],
    query: Expr[Sa, TsQuery, N, G],
    *,
    weights: Sequence[float] | None = None,
    normalization: int | None = None,
) -> Expr[S | Sa, float, N, G]:
    """How often the words of `query` are in the document.

    Args:
        vector: the document.
        query: what was asked.
        weights: what a word of weight D, C, B and A counts; None: 0.1, 0.2, 0.4 and 1.0.
        normalization: PostgreSQL's bits that say how the length of the document counts; None: not at all.
    """
    return _ranked(_TS_RANK, vector, query, weights, normalization)


def ts_rank_cd(
    vector: Expr[S, TsVector, N, G],
    query: Expr[Sa, TsQuery, N, G],
    *,
    weights: Sequence[float] | None = None,
    normalization: int | None = None,
) -> Expr[S | Sa, float, N, G]:
    """How near the words of `query` stand to each other; else as `ts_rank`."""
    return _ranked(_TS_RANK_CD, vector, query, weights, normalization)


def ts_headline(
    config: str, document: Expr[S, str, N, G], query: Expr[Sa, TsQuery, N, G], options: str | None = None
) -> Expr[S | Sa, str, N, G]:
    """A part of the document with what was asked for between `<b>` and `</b>`; the rest is as it was, HTML too.

    `options` are PostgreSQL's, such as `"MaxWords=20, StartSel=<mark>, StopSel=</mark>"`.
    """
    given = (_config(_TS_HEADLINE.ref, config), expression("ts_headline", document), expression("ts_headline", query))
    return _TS_HEADLINE(*given) if options is None else _TS_HEADLINE(*given, options)


def setweight(vector: Expr[S, TsVector, N, G], weight: Weight) -> Expr[S, TsVector, N, G]:
    """The vector with this weight for each of its words; a title's may be A, a text's D, and `+` puts both together."""
    if weight not in _WEIGHTS:
        raise QueryError(f"setweight takes one of {', '.join(_WEIGHTS)}")
    return _SETWEIGHT(expression("setweight", vector), weight)


def _config(function: FunctionRef, config: object) -> AnyExpr:
    if not isinstance(config, str):
        raise QueryError(f"{function} takes the name of a configuration first, such as 'english'")
    return parameter(config, sql.REGCONFIG, function)


def _ranked(
    function: FunctionRef, vector: AnyExpr, query: AnyExpr, weights: Sequence[float] | None, normalization: int | None
) -> AnyExpr:
    given: list[tuple[SqlType[Any], object]] = [
        (sql.TSVECTOR, expression(function.name, vector)),
        (sql.TSQUERY, expression(function.name, query)),
    ]
    if weights is not None:
        if len(weights) != len(_WEIGHTS):
            raise QueryError(f"{function} takes four weights, of D, C, B and A")
        given.insert(0, (sql.REAL.array, [float(weight) for weight in weights]))
    if normalization is not None:
        given.append((sql.INTEGER, normalization))
    return call(function, sql.REAL, *[argument(function, expected, each) for expected, each in given])
