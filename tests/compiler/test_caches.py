"""No cache answers with what was kept for another key that only looks the same."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import types as t
from ferra_sync._compiler import shapes
from ferra_sync._compiler.bulk_shapes import MergeShape
from ferra_sync._compiler.compiler import compiled
from ferra_sync._compiler.shapes import (
    CompoundShape,
    ConflictShape,
    CountShape,
    DeleteShape,
    FromShape,
    JoinShape,
    PartShape,
    SelectShape,
    UpdateShape,
)
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rows import given as given_fields

SHAPES = [each for each in vars(shapes).values() if isinstance(each, type) and hasattr(each, "_fields")]


class Things(Table):
    id = t.integer(primary_key=True)
    flag = t.boolean(default=False)


@attrs.frozen
class Thing(FerraModel[Things]):
    id: int
    flag: bool = SERVER_DEFAULT


def test_shapes_of_two_classes_with_equal_fields_are_two_statements() -> None:
    key, array = Things.id.ref, Things.id.type.array
    merge = MergeShape(key.table, (key,), (array,), ((key, key.type),))
    same = FromShape(*merge)
    assert (merge, hash(merge)) == (same, hash(same))
    assert compiled(merge) is compiled(merge)
    delete = DeleteShape(key.table, (), ())
    assert compiled(delete).sql.startswith("DELETE")
    for equal in (same, PartShape(*delete)):
        no_statement: Any = equal
        assert equal in {merge, delete}
        assert compiled(no_statement) is None


def alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the classes that one place of a shape may hold."""
    if get_origin(annotation) in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from alternatives(each)
    else:
        yield annotation


def places(annotation: Any) -> Iterator[list[Any]]:
    """Yield for each place in a field, nested ones included, what it may hold."""
    held = list(alternatives(annotation))
    yield held
    for each in held:
        if get_origin(each) is tuple:
            for inner in get_args(each):
                if inner is not ...:
                    yield from places(inner)


def hints_of(shape: Any) -> list[Any]:
    """Return what the first, the second, … field of a shape may hold."""
    return list(get_type_hints(shape).values())


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_place_in_a_shape_holds_no_shapes_as_long_that_begin_alike_and_never_true_beside_1(shape: Any) -> None:
    for name, annotation in get_type_hints(shape).items():
        for held in places(annotation):
            nested = [each for each in held if each in SHAPES]
            begun = [(hints_of(each)[0], len(hints_of(each))) for each in nested]
            assert len(set(begun)) == len(begun), name
            assert not (nested and any(get_origin(each) is tuple for each in held)), name
            assert not {bool, int} <= set(held), name


def test_every_class_of_shapes_is_looked_at() -> None:
    assert {SelectShape, CompoundShape, CountShape, UpdateShape, JoinShape, ConflictShape} <= set(SHAPES)


@given(st.lists(st.tuples(st.integers(-1, 2), st.sampled_from([SERVER_DEFAULT, True, False])), min_size=1, max_size=4))
def test_which_fields_are_given_is_said_by_booleans_whatever_the_values_are(rows: list[tuple[int, Any]]) -> None:
    things = [Thing(*row) for row in rows]
    for thing in things:
        pattern = given_fields(ModelMeta.of(Thing).values(thing))
        assert all(type(each) is bool for each in pattern)
