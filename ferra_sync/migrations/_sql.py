"""Where one SQL statement ends and the next begins: enough of PostgreSQL's lexical rules to check a file unexecuted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(
    r"""
      (?P<blank> \s+ | --[^\n]* )
    | (?P<comment> /\* )
    | (?P<quoted>
          [eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\Z)
        | '[^']*(?:''[^']*)*(?:'|\Z)
        | "[^"]*(?:""[^"]*)*(?:"|\Z)
        | \$(?P<tag>(?:[^\W\d]\w*)?)\$ .*? (?:\$(?P=tag)\$|\Z)
      )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<mark> [;()] )
    | (?P<other> \d[\w.]* | . )
    """,
    re.DOTALL | re.VERBOSE,
)
"""The lexical rules of the manual's chapter 4.1, with standard_conforming_strings on; nested comments apart."""
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_ENDS_A_TRANSACTION: Final = frozenset({"begin", "commit", "end", "abort"})


@attrs.frozen
class Statement:
    """One statement: its bare words in lower case, and where in the text it starts (characters, from 0)."""

    words: tuple[str, ...]
    start: int

    @property
    def controls_transaction(self) -> bool:
        """Whether it begins or ends a transaction; savepoints do neither."""
        first, second, *_ = (*self.words, "", "")
        if first == "rollback":
            return "to" not in self.words[1:3]
        return first in _ENDS_A_TRANSACTION or (first in {"start", "prepare"} and second == "transaction")

    @property
    def copies_with_client(self) -> bool:
        """Whether it is a COPY whose data would come from, or go to, the client."""
        return self.words[:1] == ("copy",) and not {"stdin", "stdout"}.isdisjoint(self.words)


def statements(text: str) -> list[Statement]:
    """Return the statements of `text`; blanks, comments and lone semicolons are none."""
    found: list[Statement] = []
    current = _Open()
    for token in _tokens(text):
        if token.lastgroup == "mark" and token[0] == ";" and not current.nested:
            found.extend(current.close())
            current = _Open()
        else:
            current.take(token)
    found.extend(current.close())
    return found


def _tokens(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        if match["comment"]:
            position = _comment_end(text, position)
        elif not match["blank"]:
            yield match


def _comment_end(text: str, position: int) -> int:
    """Return where the block comment that was opened before `position` ends; PostgreSQL's nest."""
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(text, position)):
        depth += 1 if edge[0] == "/*" else -1
        position = edge.end()
    return len(text) if depth else position


@attrs.define
class _Open:
    """The statement that is being read."""

    words: list[str] = attrs.field(factory=list)
    start: int | None = None
    parentheses: int = 0
    blocks: int = 0

    @property
    def nested(self) -> bool:
        """Whether a semicolon here belongs to the statement, as in a rule's list or a body of BEGIN ATOMIC … END."""
        return self.parentheses > 0 or self.blocks > 0

    def take(self, token: re.Match[str]) -> None:
        if self.start is None:
            self.start = token.start()
        if token["word"]:
            self._word(token[0].lower())
        elif token[0] == "(":
            self.parentheses += 1
        elif token[0] == ")":
            self.parentheses -= 1

    def _word(self, word: str) -> None:
        if self._creates_routine and self.parentheses <= 0:
            self._block(word)
        self.words.append(word)

    def _block(self, word: str) -> None:
        """Count the blocks of a routine's body as psql does: BEGIN opens one, CASE inside it too, END closes."""
        if word == "begin" or (word == "case" and self.blocks):
            self.blocks += 1
        elif word == "end" and self.blocks:
            self.blocks -= 1

    @property
    def _creates_routine(self) -> bool:
        return self.words[:1] == ["create"] and not {"function", "procedure"}.isdisjoint(self.words[1:4])

    def close(self) -> list[Statement]:
        return [] if self.start is None else [Statement(tuple(self.words), self.start)]
