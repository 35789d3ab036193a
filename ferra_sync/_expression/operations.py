"""The names of operations, for what lowers shapes into another language than PostgreSQL's."""

from __future__ import annotations

from typing import Final


class Op:
    """Heads of operations; those that a language has as they are, such as `<`, it need not name."""

    NOT: Final = "not"
    IS_NULL: Final = "is null"
    IS_NOT_NULL: Final = "is not null"
    EQUAL: Final = "="
    UNEQUAL: Final = "<>"
    DISTINCT: Final = "is distinct from"
    NOT_DISTINCT: Final = "is not distinct from"
    BETWEEN: Final = "between"
    LIKE: Final = "like"
    IN_LIST: Final = "= any"
    NOT_IN_LIST: Final = "<> all"
    IN_QUERY: Final = "in"
    NOT_IN_QUERY: Final = "not in"
    IN_ROWS: Final = "in rows"
    EXISTS: Final = "exists"
    ONCE: Final = "once"
    NEGATIVE: Final = "neg"
    JOINED: Final = "||"
    BITS_AND: Final = "&"
    BITS_OR: Final = "|"
    BITS_XOR: Final = "#"
    BITS_NOT: Final = "bit not"
