"""Functions of text: their text is an expression, their other arguments are values or expressions."""

from __future__ import annotations

from typing import Any, Final, Never, overload

from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.nulls import always, leading, never
from ferra_sync._expression.range_operators import is_ranges
from ferra_sync._expression.ranges import Ranges
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import BOOLEAN, INTEGER, TEXT
from ferra_sync._expression.typevars import G, Ga, N, Na, S, Sa, Sb, Sc, T
from ferra_sync.functions._calls import Signature, Text, Whole, argument, call, expression, signature, text
from ferra_sync.functions._ranges import lower_bound, upper_bound

_LOWER: Final = signature("lower", TEXT, returns=TEXT)
_UPPER: Final = signature("upper", TEXT, returns=TEXT)
_INITCAP: Final = signature("initcap", TEXT, returns=TEXT)
_LENGTH: Final = signature("length", TEXT, returns=INTEGER)
_CHAR_LENGTH: Final = signature("char_length", TEXT, returns=INTEGER)
_SUBSTRING: Final = signature("substring", TEXT, INTEGER, INTEGER, returns=TEXT)
_LEFT: Final = signature("left", TEXT, INTEGER, returns=TEXT)
_RIGHT: Final = signature("right", TEXT, INTEGER, returns=TEXT)
_BTRIM: Final = signature("btrim", TEXT, TEXT, returns=TEXT)
_LTRIM: Final = signature("ltrim", TEXT, TEXT, returns=TEXT)
_RTRIM: Final = signature("rtrim", TEXT, TEXT, returns=TEXT)
_LPAD: Final = signature("lpad", TEXT, INTEGER, TEXT, returns=TEXT)
_RPAD: Final = signature("rpad", TEXT, INTEGER, TEXT, returns=TEXT)
_REPEAT: Final = signature("repeat", TEXT, INTEGER, returns=TEXT)
_REVERSE: Final = signature("reverse", TEXT, returns=TEXT)
_REPLACE: Final = signature("replace", TEXT, TEXT, TEXT, returns=TEXT)
_REGEXP_COUNT: Final = signature("regexp_count", TEXT, TEXT, returns=INTEGER)
_REGEXP_LIKE: Final = signature("regexp_like", TEXT, TEXT, TEXT, returns=BOOLEAN)
_REGEXP_REPLACE: Final = signature("regexp_replace", TEXT, TEXT, TEXT, TEXT, returns=TEXT)
_SPLIT_PART: Final = signature("split_part", TEXT, TEXT, INTEGER, returns=TEXT)
_STRPOS: Final = signature("strpos", TEXT, TEXT, returns=INTEGER)
_STARTS_WITH: Final = signature("starts_with", TEXT, TEXT, returns=BOOLEAN)
_REGEXP_MATCH: Final = signature("regexp_match", TEXT, TEXT, TEXT, returns=TEXT.array_with_nulls, nulls=always)
_TRANSLATE: Final = signature("translate", TEXT, TEXT, TEXT, returns=TEXT)
_ASCII: Final = signature("ascii", TEXT, returns=INTEGER)
_CHR: Final = signature("chr", INTEGER, returns=TEXT)
_MD5: Final = signature("md5", TEXT, returns=TEXT)

_CONCAT: Final = FunctionRef("concat", nulls=never, returns=TEXT)
_CONCAT_WS: Final = FunctionRef("concat_ws", nulls=leading, returns=TEXT)
_FORMAT: Final = FunctionRef("format", nulls=leading, returns=TEXT)


def _of_text(function: Signature, value: AnyExpr, *others: object) -> AnyExpr:
    """Return the call; other arguments that are None are left out."""
    return function(text(function.ref.name, value), *[each for each in others if each is not None])


# Letters and how many there are


@overload
def lower(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]: ...
@overload
def lower(value: Expr[S, Ranges[T], Any, G]) -> Expr[S, T, None, G]: ...
def lower(value: AnyExpr) -> AnyExpr:
    """The text in small letters; or the lower bound of a range or a multirange, None where it has none or is empty."""
    return lower_bound(value) if is_ranges(expression("lower", value)) else _of_text(_LOWER, value)


@overload
def upper(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]: ...
@overload
def upper(value: Expr[S, Ranges[T], Any, G]) -> Expr[S, T, None, G]: ...
def upper(value: AnyExpr) -> AnyExpr:
    """The text in capitals; or the upper bound of a range or a multirange, None where it has none or is empty."""
    return upper_bound(value) if is_ranges(expression("upper", value)) else _of_text(_UPPER, value)


def initcap(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]:
    """The text with a capital at the beginning of each word, all else in small letters."""
    return _of_text(_INITCAP, value)


def length(value: Expr[S, str, N, G]) -> Expr[S, int, N, G]:
    """The number of characters."""
    return _of_text(_LENGTH, value)


def char_length(value: Expr[S, str, N, G]) -> Expr[S, int, N, G]:
    """The number of characters: `length`, as the standard calls it."""
    return _of_text(_CHAR_LENGTH, value)


# Parts


def substring(
    value: Expr[S, str, N, G], start: Whole[Sa, N, G], count: Whole[Sb, N, G] | None = None
) -> Expr[S | Sa | Sb, str, N, G]:
    """The text from the character at `start` on, counted from 1: all of it, or `count` characters."""
    return _of_text(_SUBSTRING, value, start, count)


def left(value: Expr[S, str, N, G], count: Whole[Sa, N, G]) -> Expr[S | Sa, str, N, G]:
    """The first `count` characters; with a negative count all but as many of the last."""
    return _of_text(_LEFT, value, count)


def right(value: Expr[S, str, N, G], count: Whole[Sa, N, G]) -> Expr[S | Sa, str, N, G]:
    """The last `count` characters; with a negative count all but as many of the first."""
    return _of_text(_RIGHT, value, count)


def split_part(
    value: Expr[S, str, N, G], delimiter: Text[Sa, N, G], number: Whole[Sb, N, G]
) -> Expr[S | Sa | Sb, str, N, G]:
    """The part of this number, counted from 1, of the text cut at each `delimiter`; empty where there is none."""
    return _of_text(_SPLIT_PART, value, delimiter, number)


def strpos(value: Expr[S, str, N, G], part: Text[Sa, N, G]) -> Expr[S | Sa, int, N, G]:
    """Where `part` first occurs, counted from 1; 0 where it does not. SQL's `position(part IN value)`."""
    return _of_text(_STRPOS, value, part)


def starts_with(value: Expr[S, str, N, G], prefix: Text[Sa, N, G]) -> Expr[S | Sa, bool, N, G]:
    """Whether the text begins with `prefix`, letter for letter; it may be an expression."""
    return _of_text(_STARTS_WITH, value, prefix)


# Changes


def trim(value: Expr[S, str, N, G], characters: Text[Sa, N, G] | None = None) -> Expr[S | Sa, str, N, G]:
    """The text without any of `characters` at both its ends: `btrim`, as the standard calls it."""
    return _of_text(_BTRIM, value, characters)


def btrim(value: Expr[S, str, N, G], characters: Text[Sa, N, G] | None = None) -> Expr[S | Sa, str, N, G]:
    """The text without any of `characters` at both its ends; without blanks where none are named."""
    return _of_text(_BTRIM, value, characters)


def ltrim(value: Expr[S, str, N, G], characters: Text[Sa, N, G] | None = None) -> Expr[S | Sa, str, N, G]:
    """`btrim`, at the beginning alone."""
    return _of_text(_LTRIM, value, characters)


def rtrim(value: Expr[S, str, N, G], characters: Text[Sa, N, G] | None = None) -> Expr[S | Sa, str, N, G]:
    """`btrim`, at the end alone."""
    return _of_text(_RTRIM, value, characters)


def lpad(
    value: Expr[S, str, N, G], length: Whole[Sa, N, G], fill: Text[Sb, N, G] | None = None
) -> Expr[S | Sa | Sb, str, N, G]:
    """The text at the end of `length` characters, with blanks or `fill` before it; a longer one is cut at its end."""
    return _of_text(_LPAD, value, length, fill)


def rpad(
    value: Expr[S, str, N, G], length: Whole[Sa, N, G], fill: Text[Sb, N, G] | None = None
) -> Expr[S | Sa | Sb, str, N, G]:
    """The text at the beginning of `length` characters, with blanks or `fill` after it; a longer one is cut."""
    return _of_text(_RPAD, value, length, fill)


def repeat(value: Expr[S, str, N, G], times: Whole[Sa, N, G]) -> Expr[S | Sa, str, N, G]:
    """The text so many times in a row."""
    return _of_text(_REPEAT, value, times)


def reverse(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]:
    """The text with its last character first."""
    return _of_text(_REVERSE, value)


def replace(value: Expr[S, str, N, G], part: Text[Sa, N, G], by: Text[Sb, N, G]) -> Expr[S | Sa | Sb, str, N, G]:
    """The text with `by` wherever `part` occurs."""
    return _of_text(_REPLACE, value, part, by)


def regexp_replace(
    value: Expr[S, str, N, G], pattern: Text[Sa, N, G], by: Text[Sb, N, G], flags: str | None = None
) -> Expr[S | Sa | Sb, str, N, G]:
    r"""The text with `by` where it matches a regular expression: at the first place, with `"g"` at each.

    In `by`, `\1` is what the first bracket matched, and `\&` the whole.
    """
    return _of_text(_REGEXP_REPLACE, value, pattern, by, flags)


def regexp_match(
    value: Expr[S, str, N, G], pattern: Text[Sa, N, G], flags: str | None = None
) -> Expr[S | Sa, list[str | None], None, G]:
    """What the brackets of a regular expression matched at its first place, or the whole where it has none.

    None where the text does not match; a bracket that took no part is None too.
    """
    return _of_text(_REGEXP_MATCH, value, pattern, flags)


def regexp_count(value: Expr[S, str, N, G], pattern: Text[Sa, N, G]) -> Expr[S | Sa, int, N, G]:
    """In how many places the text is as a regular expression says: from PostgreSQL 15 on."""
    return _of_text(_REGEXP_COUNT, value, pattern)


def regexp_like(
    value: Expr[S, str, N, G], pattern: Text[Sa, N, G], flags: str | None = None
) -> Expr[S | Sa, bool, N, G]:
    """Whether a part of the text is as a regular expression says, which may be an expression: from PostgreSQL 15 on."""
    return _of_text(_REGEXP_LIKE, value, pattern, flags)


def translate(
    value: Expr[S, str, N, G], characters: Text[Sa, N, G], by: Text[Sb, N, G]
) -> Expr[S | Sa | Sb, str, N, G]:
    """The text with each of `characters` as the one at its place in `by`; those that have none there are left out."""
    return _of_text(_TRANSLATE, value, characters, by)


def ascii(value: Expr[S, str, N, G]) -> Expr[S, int, N, G]:  # noqa: A001 - SQL's name
    """The number of the first character in Unicode, where the database's encoding is UTF8; 0 of an empty text."""
    return _of_text(_ASCII, value)


def chr(number: Whole[Sa, Na, Ga]) -> Expr[Sa, str, Na, Ga]:  # noqa: A001 - SQL's name
    """The character of this number: the way back from `ascii`."""
    return _CHR(number)


def md5(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]:
    """The MD5 hash of the text, 32 digits of base 16."""
    return _of_text(_MD5, value)


# Several texts as one


def concat(value: Expr[S, str, Any, G], *others: Text[Sa, Any, G]) -> Expr[S | Sa, str, Never, G]:
    """The texts one after the other; NULL is none, where `+` makes the whole NULL."""
    return _joined(_CONCAT, text("concat", value), *others)


def concat_ws(
    separator: Text[Sa, Na, Ga], value: Expr[Sb, str, Any, Ga], *others: Text[Sc, Any, Ga]
) -> Expr[Sa | Sb | Sc, str, Na, Ga]:
    """The texts that are not NULL one after the other, with `separator` between two."""
    return _joined(_CONCAT_WS, separator, text("concat_ws", value), *others)


def format(  # noqa: A001 - SQL's name
    pattern: Text[Sa, Na, Ga], value: Expr[Sb, str, Any, Ga], *others: Text[Sc, Any, Ga]
) -> Expr[Sa | Sb | Sc, str, Na, Ga]:
    """`pattern` with the texts in its places: `%s` as it is, or nothing for NULL; `%I` and `%L` as SQL quotes it."""
    return _joined(_FORMAT, pattern, text("format", value), *others)


def _joined(function: FunctionRef, *texts: object) -> AnyExpr:
    """Return the call of a function that takes anything: of texts alone, for how others read the session decides."""
    return call(function, TEXT, *[argument(function, TEXT, each) for each in texts])
