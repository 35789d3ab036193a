"""Statements as they may be shown: somebody else's SQL has values in its text, and none of them is to be seen."""

from __future__ import annotations

import re
from typing import Final

from ferra_sync._postgres.lexer import UnterminatedError, tokens

HIDDEN: Final = "?"
"""What stands for a value."""
CUT: Final = "…"
"""What stands for what is left out."""

_NUMBER: Final = re.compile(r"(?:[0-9][0-9A-Za-z_]*(?:\.[0-9A-Za-z_]*)?|\.[0-9][0-9A-Za-z_]*)(?:(?<=[eE])[+-][0-9_]+)?")
_LIST: Final = re.compile(r"\?(?:, ?\?)+")
_ROWS: Final = re.compile(rf"(\((?:\?|\?, {CUT})\))(?:, ?\1)+")
_TRUTH: Final = frozenset({"true", "false"})
_SETTING: Final = frozenset({"set", "alter"})
_LONGEST: Final = 2000


def shown_sql(text: str) -> str:
    """Return a statement with `?` in the place of each value, without comments, on one line.

    Numbers, texts of every spelling and truth values are hidden, and so is what a parameter of the server is set to.
    Names are shown. A list of values is `?, …`. Where it cannot be told how a text ends, as by the server's having cut
    the statement or by a backslash that may escape a quote, the statement ends there.
    """
    shown = _Shown(text)
    try:
        for kind, start, end in tokens(text):
            if not shown.takes(kind, start, end):
                break
    except UnterminatedError:
        shown.cut()
    line = _ROWS.sub(rf"\1, {CUT}", _LIST.sub(f"?, {CUT}", "".join(shown.parts)))
    return line if len(line) <= _LONGEST else line[:_LONGEST] + CUT


class _Shown:
    """What is shown of the statement so far."""

    def __init__(self, text: str) -> None:
        self.parts: list[str] = []
        self._text = text
        self._end = 0
        self._words: list[str] = []
        self._is_set = False
        """Whether the statement's rest is what a setting is set to."""

    def takes(self, kind: str | None, start: int, end: int) -> bool:
        """Show a token; return whether the next one may be shown."""
        if start < self._end:
            return True  # A part of the number before.
        part = self._text[start:end]
        if kind == "mark" and part == ";":
            self._words, self._is_set = [], False
            self._show(part, start, end)
        elif self._is_set:
            self._end = end
        elif kind == "dollars" or (kind == "quoted" and part[-1] == "'"):
            if part[0] == "'" and "\\'" in part:
                self.cut()
                return False
            self._show(HIDDEN, start, end)
        elif kind == "word":
            self._word(part, start, end)
        elif number := _NUMBER.match(self._text, start):
            self._show(HIDDEN, start, number.end())
        else:
            self._show(part, start, end)
            self._may_set(part)
        return True

    def cut(self) -> None:
        """End the statement."""
        self.parts.append(f" {CUT}" if self.parts else CUT)

    def _word(self, part: str, start: int, end: int) -> None:
        word = part.lower()
        is_value = word in _TRUTH and self._words[-1:] not in (["is"], ["not"])
        self._show(HIDDEN if is_value else part, start, end)
        self._words.append(word)
        self._may_set(word)

    def _may_set(self, part: str) -> None:
        if part in {"to", "="} and self._words[:1] and self._words[0] in _SETTING and "set" in self._words:
            self._is_set = True
            self.parts.append(f" {HIDDEN}")

    def _show(self, shown: str, start: int, end: int) -> None:
        if self.parts and start > self._end:
            self.parts.append(" ")
        self.parts.append(shown)
        self._end = end
