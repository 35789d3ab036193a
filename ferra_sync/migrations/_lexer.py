"""Where one SQL statement ends and the next begins: PostgreSQL's lexical rules, to check a file unexecuted."""

from __future__ import annotations

from typing import Final

import attrs

from ferra_sync._postgres.lexer import tokens

_ENDS_A_TRANSACTION: Final = frozenset({"begin", "commit", "end", "abort"})
_ROUTINES: Final = frozenset({"function", "procedure"})


@attrs.frozen
class ScriptStatement:
    """One statement: its text without its semicolon, where it starts (characters, from 0), its bare words.

    The words are in lower case and stand outside of parentheses and of a body of BEGIN ATOMIC … END.
    """

    text: str = attrs.field(repr=False)
    start: int
    words: tuple[str, ...]

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
        pairs = zip(self.words, self.words[1:], strict=False)
        return self.words[:1] == ("copy",) and any(
            before in {"from", "to"} and word in {"stdin", "stdout"} for before, word in pairs
        )


def statements(text: str) -> list[ScriptStatement]:
    """Return the statements of `text`; blanks, comments and lone semicolons are none.

    Raises:
        UnterminatedError: a quote or a comment is open at the end.
    """
    found: list[ScriptStatement] = []
    current = _Open()
    for kind, start, end in tokens(text):
        if kind == "mark" and text[start] == ";" and not current.nested:
            found.extend(current.close(text))
            current = _Open()
        else:
            current.take(kind, text[start:end] if kind in {"word", "mark"} else "", start, end)
    found.extend(current.close(text))
    return found


@attrs.define
class _Open:
    """The statement that is being read."""

    words: list[str] = attrs.field(factory=list)
    start: int | None = None
    end: int = 0
    parentheses: int = 0
    previous: str = ""
    """The token before, if it is a bare word or a mark."""
    in_body: bool = False
    at_statement: bool = False
    """Whether a statement of the body begins here."""

    @property
    def nested(self) -> bool:
        """Whether a semicolon here belongs to the statement, as in a rule's list or a body of BEGIN ATOMIC … END."""
        return self.parentheses > 0 or self.in_body

    def take(self, kind: str | None, token: str, start: int, end: int) -> None:
        if self.start is None:
            self.start = start
        self.end = end
        at_statement, self.at_statement = self.at_statement, False
        if kind == "mark":
            self._mark(token)
        elif kind == "word" and self.parentheses <= 0:
            token = token.lower() if token.isascii() else token
            self._word(token, at_statement=at_statement)
        self.previous = token

    def _mark(self, mark: str) -> None:
        if mark == ";":
            self.at_statement = self.in_body and self.parentheses <= 0
        else:
            self.parentheses += 1 if mark == "(" else -1

    def _word(self, word: str, *, at_statement: bool) -> None:
        """Note a word. END closes a body where a statement of it could begin; elsewhere it is CASE's, or a name.

        BEGIN opens a body only before ATOMIC: alone it may be the name of a function, a type or a language.
        """
        if not self.in_body:
            self.words.append(word)
            self.in_body = self.previous == "begin" and word == "atomic" and self._creates_routine
            self.at_statement = self.in_body
        elif word == "end" and at_statement:
            self.in_body = False

    @property
    def _creates_routine(self) -> bool:
        words = [word for word in self.words[:4] if word not in {"or", "replace"}]
        return words[:1] == ["create"] and not _ROUTINES.isdisjoint(words[1:2])

    def close(self, text: str) -> list[ScriptStatement]:
        return (
            [] if self.start is None else [ScriptStatement(text[self.start : self.end], self.start, tuple(self.words))]
        )
