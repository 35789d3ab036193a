"""The keys of a GROUP BY: those that every group has, and those that some grouping sets lack."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from ferra_sync._expression import shapes


def grouped_by(group_by: Iterable[Hashable]) -> frozenset[Hashable]:
    """Return every key."""
    return frozenset[Hashable]().union(*map(_keys, group_by))


def in_every_set(group_by: Iterable[Hashable]) -> frozenset[Hashable]:
    """Return the keys that no grouping set lacks."""
    return frozenset[Hashable]().union(*map(_common, group_by))


def in_some_sets(group_by: Iterable[Hashable]) -> frozenset[Hashable]:
    """Return the keys that a group may have NULL for, whatever its rows have."""
    group_by = tuple(group_by)
    return grouped_by(group_by) - in_every_set(group_by)


def _keys(element: Hashable) -> frozenset[Hashable]:
    match element:
        case (shapes.GROUPING_SETS, str(), *parts):
            return grouped_by(parts)
        case (shapes.ROW, *keys):
            return frozenset(keys)
        case _:
            return frozenset({element})


def _common(element: Hashable) -> frozenset[Hashable]:
    match element:
        case (shapes.GROUPING_SETS, "grouping sets", first, *others):
            return _common(first).intersection(*map(_common, others))
        case (shapes.GROUPING_SETS, str(), *_):
            return frozenset()  # Both have the empty set.
        case _:
            return _keys(element)
