"""Rules of NULL: from which operands may be NULL, whether what an operator or a function makes of them may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import attrs

Rule: TypeAlias = Callable[[Sequence[bool]], bool]
"""Whether each operand may be NULL → whether the result may be."""

strict: Final[Rule] = any
"""NULL where an operand is: PostgreSQL's own word."""

coalescing: Final[Rule] = all
"""NULL where every operand is."""


def leading(operands: Sequence[bool]) -> bool:
    """NULL where the first operand is."""
    return operands[0]


def never(_operands: Sequence[bool]) -> bool:
    """Never NULL."""
    return False


def always(_operands: Sequence[bool]) -> bool:
    """NULL for some operands, none of them NULL; or nothing is known."""
    return True


@attrs.frozen(eq=False)
class Promised:
    """The rule of a function that is declared never to return NULL: it is promised for the arguments as declared.

    Attributes:
        nullable: of each argument, whether it is declared nullable.
    """

    nullable: tuple[bool, ...]

    def __call__(self, operands: Sequence[bool]) -> bool:
        return any(given and not nullable for given, nullable in zip(operands, self.nullable, strict=True))
