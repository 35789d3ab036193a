"""Where one SQL statement ends and the next begins in SQLite: its lexical rules, to check a file unexecuted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ferra_sync._postgres.lexer import UnterminatedError
from ferra_sync.migrations._lexer import ScriptStatement

_TOKEN: Final = re.compile(
    r"""
      (?P<blank> [ \t\n\r\f]++ | --[^\n]*+ | /\*.*?\*/ )
    | (?P<quoted> '(?: [^']++ | '' )*+' | "(?: [^"]++ | "" )*+" | `(?: [^`]++ | `` )*+` | \[[^\]]*+\] )
    | (?P<open> ['"`\[] | /\* )
    | (?P<word> [A-Za-z_\x80-\U0010ffff] [A-Za-z0-9_$\x80-\U0010ffff]*+ )
    | (?P<semicolon> ; )
    | (?P<mark> [()] )
    | (?P<other> [0-9][0-9A-Za-z_]*+ | . )
    """,
    re.DOTALL | re.VERBOSE,
)
_NAMES: Final = {"/*": "comment", "'": "string"}
_TEMPORARY: Final = frozenset({"temp", "temporary"})


def statements(text: str) -> list[ScriptStatement]:
    """Return the statements of `text`; blanks, comments and lone semicolons are none.

    Raises:
        UnterminatedError: a quote or a comment is open at the end.
    """
    found: list[ScriptStatement] = []
    current = _Open()
    for match in tokens(text):
        if match.lastgroup == "semicolon" and current.may_end:
            found += current.closed(text)
            current = _Open()
        else:
            current.take(match)
    return found + current.closed(text)


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield each token that is neither blank nor a comment."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "open":
            raise UnterminatedError(_NAMES.get(match[0], "quoted identifier"), match.start())
        if match.lastgroup != "blank":
            yield match


class _Open:
    """The statement that is being read."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._start: int | None = None
        self._end = 0
        self._depth = 0
        self._last = ("", "")
        """The two tokens before: a semicolon or a word."""

    @property
    def may_end(self) -> bool:
        """Whether a semicolon here ends it: in a trigger only one behind `; END` does, as SQLite's shell has it."""
        return not self._is_trigger or self._last == (";", "end")

    @property
    def _is_trigger(self) -> bool:
        words = [word for word in self._words[:3] if word not in _TEMPORARY]
        return words[:2] == ["create", "trigger"]

    def take(self, match: re.Match[str]) -> None:
        token = match[0].lower() if match.lastgroup in {"word", "semicolon"} else ""
        self._start = match.start() if self._start is None else self._start
        self._end = match.end()
        self._last = (self._last[1], token)
        self._depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match.lastgroup == "word" and self._depth <= 0:
            self._words.append(token)

    def closed(self, text: str) -> list[ScriptStatement]:
        if self._start is None:
            return []
        return [ScriptStatement(text[self._start : self._end], self._start, tuple(self._words))]
