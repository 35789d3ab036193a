"""What documents are to the type checkers, and the steps that lead into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ferra_sync._expression.described import described
from ferra_sync._expression.sqltypes import FieldType, Undeclared
from ferra_sync.errors import QueryError

if TYPE_CHECKING:
    from typing import ClassVar, Protocol

    class _AttrsOfMypy(Protocol):
        __attrs_attrs__: ClassVar[Any]

    class _AttrsOfPyright(Protocol):
        __dataclass_fields__: ClassVar[dict[str, Any]]


Document: TypeAlias = "Undeclared | _AttrsOfMypy | _AttrsOfPyright"
"""What a column of json or jsonb holds: anything, or instances of an attrs class."""

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""What JSON spells."""

Removable: TypeAlias = str | int | list[str]
"""What is taken from a document: a key, a place or several keys."""

Pairs: TypeAlias = dict[str, str | None]
"""What a column of hstore holds."""

Texts: TypeAlias = Mapping[str, str | None]
"""What may be given beside it: a dict whose values are all texts, or all None, is one too."""

Step: TypeAlias = str | int
"""A key of an object, or a place in a list: from 0, and from -1 backward."""

Path: TypeAlias = "list[Step] | tuple[Step, ...]"
"""The steps that lead into a document, the outermost first."""

MAX_PLACE: Final = 2**31 - 1

DOCUMENTS: Final = frozenset({FieldType.JSON, FieldType.JSONB})
KEYED: Final = frozenset({FieldType.JSONB, FieldType.HSTORE})
"""Types whose values are found by keys."""


def checked_steps(name: str, steps: object) -> tuple[Step, ...]:
    """Return the steps of a path.

    Raises:
        QueryError: there is none, or one is neither a key nor a place.
    """
    if not isinstance(steps, (tuple, list)) or not steps:
        raise QueryError(f"{name} takes a path: the keys and places that lead into the document")
    for step in steps:
        if isinstance(step, bool) or not isinstance(step, (str, int)):
            raise QueryError(f"{name}: a step is a key or a place, a string or a whole number, not {described(step)}")
        if isinstance(step, int) and not -MAX_PLACE <= step <= MAX_PLACE:
            raise QueryError(f"{name}: no list has a place this far")
    return tuple(steps)


def spelled_path(name: str, steps: object) -> list[str]:
    """Return a path as PostgreSQL has it, an array of texts."""
    return [str(step) for step in checked_steps(name, steps)]
