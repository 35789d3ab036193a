"""Elements and slices of arrays, whose places are counted from 1 as PostgreSQL counts them."""

from __future__ import annotations

from ferra_sync._expression.arrays import depth_of, innermost
from ferra_sync._expression.described import described
from ferra_sync._expression.documents import MAX_PLACE
from ferra_sync._expression.operators import Make, Node, NodeT, parameter
from ferra_sync._expression.shapes import operation
from ferra_sync._expression.sqltypes import INTEGER, FieldType
from ferra_sync.errors import QueryError


def item(make: Make[NodeT], array: Node, places: object) -> NodeT:
    """Return `array[place]`, of an array of arrays `array[place][place]`, or of a slice `array[first:last]`.

    Raises:
        QueryError: it is no array, has other dimensions, or a place is no whole number from 1 on.
    """
    if array.type.kind is not FieldType.ARRAY:
        raise QueryError(f"arrays have elements; {array.label} is {array.type}")
    if isinstance(places, slice):
        return _slice(make, array, places)
    given = places if isinstance(places, tuple) else (places,)
    depth = depth_of(array.type)
    if len(given) != depth:
        raise QueryError(f"{array.label} is {array.type}: an element of it has {depth} places, not {len(given)}")
    nodes = [_place(array, each) for each in given]
    return _made(make, "[]" * depth, array, nodes, element=True)


def _slice(make: Make[NodeT], array: Node, places: slice) -> NodeT:
    if places.step is not None:
        raise QueryError(f"a slice of {array.label} has no step")
    bounds = (places.start, places.stop)
    if all(bound is None for bound in bounds):
        raise QueryError(f"a slice of {array.label} has a first place, a last one, or both")
    op = "[" + ":".join("" if bound is None else "n" for bound in bounds) + "]"
    return _made(make, op, array, [_place(array, bound) for bound in bounds if bound is not None], element=False)


def _made(make: Make[NodeT], op: str, array: Node, places: list[Node], *, element: bool) -> NodeT:
    shape = operation(op, array.shape, *(place.shape for place in places))
    params = array.params + tuple([value for place in places for value in place.params])
    return make(shape, params, innermost(array.type).parameter if element else array.type.parameter)


def _place(array: Node, given: object) -> Node:
    if isinstance(given, Node):
        if not given.type.is_whole:
            raise QueryError(f"a place in {array.label} is a whole number; {given.label} is {given.type}")
        return given
    if isinstance(given, bool) or not isinstance(given, int):
        raise QueryError(f"a place in {array.label} is a whole number, not {described(given)}")
    if given < 1:
        raise QueryError(f"a place in {array.label} is 1 or more: PostgreSQL counts from 1, and from no end")
    if given > MAX_PLACE:
        raise QueryError(f"{array.label} has no place this far")
    return parameter(given, INTEGER, array)
