"""SQL for people: each clause on a line of its own, what does not fit on one broken at its commas and ANDs.

It reads what this room has written and changes blanks alone: keywords are in upper case there, and other names quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

_WIDTH: Final = 100
_TOKEN: Final = re.compile(r"""\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[(),]|[^\s"'(),]+|\S)""")

_QUERIES: Final = frozenset({"SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE"})
_SET_OPERATORS: Final = frozenset({"UNION", "INTERSECT", "EXCEPT"})
_JOINED_BY: Final = frozenset({"LEFT", "RIGHT", "FULL", "INNER", "CROSS"})
_CLAUSES: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(_SET_OPERATORS | _JOINED_BY, frozenset()),
    **dict.fromkeys(["SELECT", "WHERE", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FOR"], frozenset()),
    **dict.fromkeys(["VALUES", "USING", "RETURNING", "DO"], frozenset()),
    "JOIN": _JOINED_BY | {"OUTER"},
    "FROM": frozenset({"DISTINCT", "DELETE"}),
    "GROUP": frozenset({"WITHIN"}),
    "INSERT": frozenset({"THEN"}),
    "DELETE": frozenset({"THEN"}),
    "UPDATE": frozenset({"DO", "FOR", "KEY", "THEN"}),
}
"""The words that begin a clause, and after which others they do not."""

_HEADS: Final = frozenset(
    {
        "SELECT",
        "DISTINCT",
        "FROM",
        "WHERE",
        "GROUP",
        "ORDER",
        "BY",
        "HAVING",
        "DO",
        "UPDATE",
        "SET",
        "VALUES",
        "RETURNING",
        "WITH",
        "RECURSIVE",
    }
)
"""What stays on the first line of a clause that is broken."""


class _Brackets(NamedTuple):
    """What stands in brackets; `opening` is the bracket, with the blank before it if there is one."""

    opening: str
    items: list[str | _Brackets]


_Items: TypeAlias = Sequence[str | _Brackets]


def laid_out(sql: str) -> str:
    """Return a statement of ours on several lines; a string and a quoted name stay as they are."""
    page = _Page()
    page.query(_parsed(sql), 0)
    return "\n".join(page.lines)


class _Page:
    """The lines so far; `depth` is how far in, in steps of four blanks, those that follow are."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def query(self, items: _Items, depth: int) -> None:
        for clause in _clauses(items):
            self._line(depth)
            self._clause(clause, depth)

    def _clause(self, clause: _Items, depth: int) -> None:
        if self._fits(clause):
            self._add(_flat(clause))
            return
        start = next((n for n, item in enumerate(clause) if _word(item) not in _HEADS), len(clause))
        self._add(_flat(clause[:start]))
        self._parts(clause[start:], depth)

    def _parts(self, items: _Items, depth: int) -> bool:
        """Write each part on a line of its own, where there are several, and return whether there are."""
        parts = list(_parted(items))
        for part in parts:
            if len(parts) > 1:
                self._line(depth + 1)
            for item in part:
                if isinstance(item, str):
                    self._add(item)
                else:
                    self._brackets(item, depth + (len(parts) > 1))
        return len(parts) > 1

    def _brackets(self, brackets: _Brackets, depth: int) -> None:
        self._add(brackets.opening)
        if _is_query(brackets.items):
            self.query(brackets.items, depth + 1)
            self._line(depth)
        elif self._fits(brackets.items):
            self._add(_flat(brackets.items))
        elif self._parts(brackets.items, depth):
            self._line(depth)
        self._add(")")

    def _line(self, depth: int) -> None:
        self.lines.append("    " * depth)

    def _add(self, text: str) -> None:
        is_first = not self.lines[-1].strip()
        self.lines[-1] += text.lstrip() if is_first else text

    def _fits(self, items: _Items) -> bool:
        return not _has_query(items) and len(self.lines[-1]) + len(_flat(items)) <= _WIDTH


def _parsed(sql: str) -> list[str | _Brackets]:
    """Return the tokens, each with a blank before it where there was one and after each comma."""
    items: list[str | _Brackets] = []
    around = [items]
    before = ""
    for match in _TOKEN.finditer(sql):
        mark = match[1]
        is_apart = before == "," or (match.start() < match.start(1) and before not in {"", "("})
        before = mark
        if mark == ")" and len(around) > 1:
            around.pop()
        elif mark == "(":
            inside = _Brackets(" (" if is_apart else "(", [])
            around[-1].append(inside)
            around.append(inside.items)
        else:
            around[-1].append(f" {mark}" if is_apart else mark)
    return items


def _clauses(items: _Items) -> Iterator[_Items]:
    start = 0
    for position, item in enumerate(items):
        word = _word(item)
        begins = word in _CLAUSES and _word(items[position - 1]) not in _CLAUSES[word]
        begins = begins or (word == "SET" and _word(items[start]) == "UPDATE")
        if position > start and (begins or (word == "ON" and _word(items[position + 1]) == "CONFLICT")):
            yield items[start:position]
            start = position
    yield items[start:]


def _parted(items: _Items) -> Iterator[_Items]:
    """Yield what stands between commas, ANDs and ORs; the AND of BETWEEN and what is inside CASE part nothing."""
    start = cases = betweens = 0
    for position, item in enumerate(items):
        word = _word(item)
        cases += (word == "CASE") - (word == "END")
        betweens += word == "BETWEEN"
        if cases:
            continue
        if word == "AND" and betweens:
            betweens -= 1
        elif word in {"AND", "OR"} and position > start:
            yield items[start:position]
            start = position
        elif word == ",":
            yield items[start : position + 1]
            start = position + 1
    if start < len(items):
        yield items[start:]


def _is_query(items: _Items) -> bool:
    if not items or isinstance(items[0], str):
        return bool(items) and _word(items[0]) in _QUERIES
    return len(items) > 1 and _word(items[1]) in _SET_OPERATORS


def _has_query(items: _Items) -> bool:
    return any(isinstance(item, _Brackets) and (_is_query(item.items) or _has_query(item.items)) for item in items)


def _flat(items: _Items) -> str:
    return "".join(item if isinstance(item, str) else f"{item.opening}{_flat(item.items)})" for item in items)


def _word(item: str | _Brackets) -> str:
    return item.strip() if isinstance(item, str) else ""
