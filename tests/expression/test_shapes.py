"""The grammar of shapes: said once, built by its functions, walked in one way."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator
from pathlib import Path

import pytest

import ferra_sync
from ferra_sync._compiler.shapes import SelectShape
from ferra_sync._compiler.terms import TEMPLATES
from ferra_sync._expression import shapes
from ferra_sync._expression.nullability import RULES
from ferra_sync._expression.operations import Op
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.shapes import DEFAULT
from ferra_sync._expression.sqltypes import INTEGER, TEXT

PACKAGE = Path(ferra_sync.__file__).parent
GRAMMAR = PACKAGE / "_expression" / "shapes.py"

HEADS = {value for name, value in vars(shapes).items() if name.isupper() and isinstance(value, str)} | {DEFAULT[0]}

TABLE = TableRef(object, "films")
TITLE = ColumnRef(TABLE, "title", TEXT, nullable=False)
YEAR = ColumnRef(TABLE, "year", INTEGER, nullable=False)
LOWER = FunctionRef("lower")
COUNT = FunctionRef("count", aggregate=True)
ROWS = shapes.subquery(SelectShape(TABLE, items=((TITLE, TEXT),)))

CALL = shapes.call(COUNT, TITLE)
ASC = shapes.order("asc", TITLE, None)
KEYS = shapes.keys(TITLE, YEAR)
FRAME = shapes.frame("rows", "preceding", "current row", None, INTEGER)
WINDOW = shapes.window(shapes.keys(TITLE), shapes.keys(ASC), None)

FORMS: dict[str, tuple[Hashable, tuple[Hashable, ...]]] = {
    "an operator": (shapes.operation("=", TITLE, TEXT), (TITLE, TEXT)),
    "a connective": (shapes.connective("and", TITLE, YEAR), (TITLE, YEAR)),
    "a row": (shapes.row(TITLE, YEAR), (TITLE, YEAR)),
    "grouping sets": (
        shapes.grouping_sets("rollup", shapes.row(TITLE), shapes.row(YEAR, TEXT)),
        (shapes.row(TITLE), shapes.row(YEAR, TEXT)),
    ),
    "a call": (shapes.call(LOWER, TITLE), (LOWER, TITLE)),
    "a call of distinct values": (shapes.call(COUNT, TITLE, distinct=True), (COUNT, TITLE)),
    "a count of rows": (shapes.count_rows(COUNT), (COUNT,)),
    "a case": (shapes.case([(TITLE, YEAR)], TEXT), (TITLE, YEAR, TEXT)),
    "a case without otherwise": (shapes.case([(TITLE, YEAR), (TEXT, YEAR)]), (TITLE, YEAR, TEXT, YEAR)),
    "an ordered aggregate": (shapes.ordered(CALL, ASC), (CALL, ASC)),
    "an aggregate of sorted values": (shapes.within_group(CALL, ASC), (CALL, ASC)),
    "a filtered aggregate": (shapes.filtered(CALL, YEAR), (CALL, YEAR)),
    "a function over a window": (shapes.over(CALL, WINDOW), (CALL, WINDOW)),
    "a window": (WINDOW, (shapes.keys(TITLE), shapes.keys(ASC))),
    "a window with a frame": (shapes.window(KEYS, KEYS, FRAME), (KEYS, KEYS, FRAME)),
    "keys": (KEYS, (TITLE, YEAR)),
    "a frame": (FRAME, (INTEGER,)),
    "a cast": (shapes.cast(TITLE, INTEGER), (TITLE,)),
    "a stamp": (shapes.stamp(TITLE, TEXT, YEAR, is_json=False), (TITLE, TEXT, YEAR)),
    "a stamp of json": (shapes.stamp(TITLE, TEXT, YEAR, is_json=True), (TITLE, TEXT, YEAR)),
    "a row's presence": (shapes.is_row(TABLE), (TABLE,)),
    "a collated text": (shapes.collated(TITLE, "C"), (TITLE,)),
    "an excluded column": (shapes.excluded(TITLE), (TITLE,)),
    "a default": (DEFAULT, ()),
    "a shared expression": (shapes.shared(0), ()),
    "an ascending order": (shapes.order("asc", TITLE, None), (TITLE,)),
    "a descending order": (shapes.order("desc", TITLE, "last"), (TITLE,)),
    "a model": (shapes.model(object, TABLE), (object, TABLE)),
    "a model or nothing": (shapes.maybe(shapes.model(object, TABLE)), (shapes.model(object, TABLE),)),
    "several items": (shapes.several(((TITLE, TEXT), (YEAR, INTEGER))), (TITLE, YEAR)),
    "a result": (shapes.result("total"), ()),
    "a place": (shapes.place(1), ()),
    "a subquery": (ROWS, ()),
    "its rows as one item": (shapes.multiset(ROWS), (ROWS,)),
    "one of its rows": (shapes.quantified("any", ROWS), (ROWS,)),
    "all of its rows": (shapes.quantified("all", ROWS), (ROWS,)),
    "one of an array": (shapes.quantified_array("any", TITLE), (TITLE,)),
    "all of an array": (shapes.quantified_array("all", TITLE), (TITLE,)),
}


def test_every_form_has_a_function_that_builds_it_and_a_line_in_the_grammar() -> None:
    built = {shape[0] for shape, _ in FORMS.values() if isinstance(shape, tuple)}
    assert built >= HEADS - {shapes.OR}
    assert shapes.__doc__ is not None
    for head in HEADS - {shapes.AND, shapes.OR}:
        assert f'    ("{head}",' in shapes.__doc__


@pytest.mark.parametrize(("shape", "parts"), FORMS.values(), ids=FORMS)
def test_a_form_has_the_children_that_are_shapes(shape: Hashable, parts: tuple[Hashable, ...]) -> None:
    assert shapes.children(shape) == parts


@pytest.mark.parametrize(("shape", "parts"), FORMS.values(), ids=FORMS)
def test_a_form_is_rebuilt_from_its_children_alone(shape: Hashable, parts: tuple[Hashable, ...]) -> None:
    seen: list[Hashable] = []
    assert shapes.rebuilt(shape, lambda part: seen.append(part) or part) == shape
    assert tuple(seen) == parts
    assert shapes.children(shapes.rebuilt(shape, lambda part: ("was", part))) == tuple(("was", part) for part in parts)


@pytest.mark.parametrize("leaf", [TITLE, TEXT, LOWER, TABLE])
def test_a_leaf_has_no_children_and_stays_what_it_is(leaf: Hashable) -> None:
    assert shapes.children(leaf) == ()
    assert shapes.rebuilt(leaf, lambda _: None) is leaf
    assert list(shapes.leaves(leaf)) == [leaf]


def test_leaves_come_from_left_to_right_and_a_casts_type_is_none_of_them() -> None:
    shape = shapes.connective("and", shapes.cast(shapes.operation("=", TITLE, TEXT), INTEGER), shapes.call(LOWER, YEAR))
    assert list(shapes.leaves(shape, TABLE)) == [TITLE, TEXT, LOWER, YEAR, TABLE]


def test_connectives_of_one_kind_are_flat() -> None:
    both = shapes.connective("and", TITLE, YEAR)
    assert shapes.connective("and", both, TEXT) == shapes.operation("and", TITLE, YEAR, TEXT)
    assert shapes.connective("or", both, TEXT) == shapes.operation("or", both, TEXT)


def test_filters_of_one_aggregate_are_one() -> None:
    once = shapes.filtered(CALL, YEAR)
    assert shapes.filtered(once, TITLE) == shapes.filtered(CALL, shapes.connective("and", YEAR, TITLE))


def test_over_a_window_an_aggregate_makes_no_row_of_many_unless_another_stands_inside() -> None:
    nested = shapes.call(COUNT, CALL)
    assert shapes.has_aggregate(CALL)
    assert not shapes.has_aggregate(shapes.over(CALL, WINDOW), shapes.over(shapes.filtered(CALL, YEAR), WINDOW))
    assert shapes.has_aggregate(shapes.over(nested, WINDOW))
    assert shapes.has_aggregate(shapes.over(CALL, shapes.window(shapes.keys(CALL), shapes.keys(), None)))
    assert shapes.has_aggregate(shapes.over(shapes.filtered(CALL, CALL), WINDOW))


def test_a_window_is_found_anywhere() -> None:
    assert not shapes.has_window(CALL, WINDOW)
    assert shapes.has_window(TITLE, shapes.binary("+", YEAR, shapes.over(CALL, WINDOW)))


def test_only_a_model_becomes_nullable_in_its_shape() -> None:
    assert shapes.maybe(TITLE) is TITLE
    assert shapes.maybe(shapes.call(LOWER, TITLE)) == shapes.call(LOWER, TITLE)


def test_named_operations_are_operations() -> None:
    named = {value for name, value in vars(Op).items() if not name.startswith("_")}
    assert named <= RULES.keys() & TEMPLATES.keys()


def test_no_other_module_spells_a_form() -> None:
    heads = HEADS | TEMPLATES.keys()
    spelled = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in PACKAGE.rglob("*.py")
        if path != GRAMMAR
        for line in _spelled(ast.parse(path.read_text()), heads)
    ]
    assert spelled == []


def test_a_form_that_is_spelled_is_found() -> None:
    text = 'a = ("cast", b, c)\nmatch a:\n    case ("model", d): pass\n    case ("and" | "or", *e): pass\n'
    text += 'f = a[0] == "cast"\ng["-", h] = ("cast" in i, "cast")\n'
    assert sorted(_spelled(ast.parse(text), HEADS | TEMPLATES.keys())) == [1, 3, 4, 5]


def _spelled(tree: ast.AST, heads: set[str]) -> Iterator[int]:
    """Yield the lines where a tuple that begins with one of `heads` is built, matched or looked into."""
    keys = {id(node.slice) for node in ast.walk(tree) if isinstance(node, ast.Subscript)}
    for node in ast.walk(tree):
        match node:
            case ast.Tuple(elts=[ast.Constant(value=str() as head), *rest]) if head in heads and id(node) not in keys:
                if not rest or not all(isinstance(each, ast.Constant) for each in rest):
                    yield node.lineno
            case ast.MatchSequence(patterns=[first, *_]) if heads & set(_strings(first)):
                yield node.lineno
            case ast.Compare(left=ast.Subscript(slice=ast.Constant(value=0)), comparators=[other]) if heads & set(
                _strings(other)
            ):
                yield node.lineno
            case _:
                pass


def _strings(node: ast.AST) -> Iterator[str]:
    return (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str))
