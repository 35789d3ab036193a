"""PostgreSQL's lexical rules: which parts of a text are words, quotes and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      (?P<blank> [ \t\n\r\f\v]++ | --[^\n\r]*+ )
    | (?P<comment> /\* )
    | (?P<dollars> \$ (?: [A-Za-z_\x80-\U0010ffff] [A-Za-z0-9_\x80-\U0010ffff]*+ )? \$ )
    | (?P<quoted>
          [eE]'(?:
              [^'\\]++ | '' | \\.
            | '(?: [ \t\f\v] | --[^\n\r]*+ )*+ [\n\r] (?: [ \t\n\r\f\v] | --[^\n\r]*+[\n\r] )*+'
          )*+
        | '(?: [^']++ | '' )*+
        | "(?: [^"]++ | "" )*+
      )
    | (?P<word> [A-Za-z_\x80-\U0010ffff] [A-Za-z0-9_$\x80-\U0010ffff]*+ )
    | (?P<mark> [;()] )
    | (?P<other> [0-9][0-9A-Za-z_]*+ | \$[0-9]++ | . )
    """,
    re.DOTALL | re.VERBOSE,
)
"""The tokens of PostgreSQL's scan.l, with standard_conforming_strings on; quotes up to what closes them.

Blanks are ASCII's alone: any other character, a no-break space too, is a letter of a word. An escape string goes on
after a line break with escapes in its next part, which matters; that other strings go on does not.
"""
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_NAMES: Final = {"comment": "comment", "dollars": "dollar-quoted string", "'": "string", '"': "quoted identifier"}


class UnterminatedError(Exception):
    """A quote or a comment that is never closed, from `start` (characters, from 0)."""

    def __init__(self, what: str, start: int) -> None:
        super().__init__(f"unterminated {what}")
        self.start = start


def tokens(text: str) -> Iterator[tuple[str | None, int, int]]:
    """Yield the kind, the start and the end of each token that is neither blank nor a comment.

    Kinds are `dollars`, `quoted`, `word`, `mark` (a semicolon or a parenthesis) and `other`.

    Raises:
        UnterminatedError: a quote or a comment is open at the end.
    """
    position = 0
    while match := _TOKEN.match(text, position):
        start, kind = position, match.lastgroup
        position = _end(text, match)
        if kind not in {"blank", "comment"}:
            yield kind, start, position


def _end(text: str, match: re.Match[str]) -> int:
    """Return where the token ends that begins with `match`."""
    end = match.end()
    if match.lastgroup == "comment":
        return _comment_end(text, match)
    if match.lastgroup == "dollars":
        closing = text.find(match[0], end)
        return closing + len(match[0]) if closing >= 0 else _unterminated(match)
    if match.lastgroup == "quoted":
        return end + 1 if end < len(text) and text[end] in "'\"" else _unterminated(match)
    return end


def _comment_end(text: str, match: re.Match[str]) -> int:
    """Return where a block comment ends; PostgreSQL's nest."""
    depth, position = 1, match.end()
    while edge := _COMMENT_EDGE.search(text, position):
        depth += 1 if edge[0] == "/*" else -1
        position = edge.end()
        if not depth:
            return position
    return _unterminated(match)


def _unterminated(match: re.Match[str]) -> int:
    quote = '"' if match[0][0] == '"' else "'"
    raise UnterminatedError(_NAMES.get(match.lastgroup or "") or _NAMES[quote], match.start())
