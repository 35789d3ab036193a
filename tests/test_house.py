"""The house: few rooms on few levels, imports that only go down, and files that can be read at one sitting.

The rooms are what stands at the top of `ferra_sync`; which of them is above which, `pyproject.toml` says. An import
counts wherever it stands, in a function or for a type alone; that Python runs `__init__` on the way does not count.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "ferra_sync"
MAX_ROOMS = 20
MAX_LEVELS = 14
MAX_LINES = 450
UNKNOWN = {"psycopg", "psycopg_pool", "cattrs"}
"""What neither a query nor its compiler knows."""

Imports = Mapping[str, AbstractSet[str]]
"""Module → the modules that it imports."""


@pytest.fixture(scope="module")
def imports() -> Imports:
    graph = grimp.build_graph(PACKAGE, include_external_packages=True, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


@pytest.fixture(scope="module")
def order() -> list[set[str]]:
    """The rooms of each level, the highest first."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        (contract,) = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return [set(layer.split(" | ")) for layer in contract["layers"]]


def room(module: str) -> str | None:
    """Return the room in which a module of ours stands; None for the package itself and for what is not ours."""
    package, _, inside = module.partition(".")
    return inside.split(".")[0] if package == PACKAGE and inside else None


def between_rooms(imports: Imports) -> dict[str, set[str]]:
    """Return which rooms each room imports."""
    found: dict[str, set[str]] = {}
    for module, imported in imports.items():
        here = room(module)
        if here is not None:
            found.setdefault(here, set()).update({there for each in imported if (there := room(each))} - {here})
    return found


def circle(imports: Imports) -> list[str]:
    """Return modules that import each other in a circle; none where there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def levels(rooms: Imports) -> int:
    """Return how many rooms stand on each other where most do."""
    height: dict[str, int] = {}
    for each in TopologicalSorter(rooms).static_order():
        height[each] = 1 + max((height[below] for below in rooms.get(each, ())), default=0)
    return max(height.values())


def not_downward(imports: Imports, order: Iterable[AbstractSet[str]]) -> list[str]:
    """Return the imports between rooms that lead up or sideways."""
    level = {name: number for number, names in enumerate(order) for name in names}
    return sorted(
        f"{module} imports {each}"
        for module, imported in imports.items()
        for each in imported
        if (here := room(module)) and (there := room(each)) and here != there and level[there] <= level[here]
    )


def reached(imports: Imports, start: str) -> set[str]:
    """Return what `start` imports, directly or through what it imports."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = set(imports.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def too_long(root: Path, folders: Iterable[str]) -> list[str]:
    """Return the files of Python code that have more than MAX_LINES."""
    files = [path for folder in folders for path in (root / folder).rglob("*.py")]
    return sorted(str(path.relative_to(root)) for path in files if path.read_bytes().count(b"\n") > MAX_LINES)


def test_the_package_has_few_rooms(imports: Imports, order: list[set[str]]) -> None:
    rooms = between_rooms(imports).keys()
    assert rooms == set().union(*order)
    assert len(rooms) <= MAX_ROOMS


def test_the_rooms_stand_on_few_levels(imports: Imports) -> None:
    assert levels(between_rooms(imports)) <= MAX_LEVELS


def test_no_module_imports_itself_through_others(imports: Imports) -> None:
    assert circle(imports) == []


def test_imports_between_rooms_lead_down(imports: Imports, order: list[set[str]]) -> None:
    assert not_downward(imports, order) == []


def test_queries_and_their_compiler_know_neither_driver_nor_converter(imports: Imports) -> None:
    modules = [module for module in imports if room(module) in {"_query", "_compiler"}]
    assert {module: found for module in modules if (found := reached(imports, module) & UNKNOWN)} == {}


def test_no_file_is_longer_than_one_reads_at_one_sitting() -> None:
    # Methods of Expr whose other side is an expression name Expr in their types: in two files they were a circle.
    assert too_long(ROOT, [PACKAGE, "tests"]) == ["ferra_sync/_expression/expression.py"]


# That each of these can fail

HOUSE: dict[str, set[str]] = {
    "ferra_sync.cli": {"ferra_sync._query.select", "click"},
    "ferra_sync._query.select": {"ferra_sync._model.rows", "ferra_sync._query.sharing"},
    "ferra_sync._query.sharing": set(),
    "ferra_sync._model.rows": {"ferra_sync._model.documents"},
    "ferra_sync._model.documents": {"cattrs"},
    "ferra_sync._postgres.pool": {"psycopg"},
}
ORDER = [{"cli"}, {"_query", "_postgres"}, {"_model"}]


def test_a_good_house_is_found_to_be_good() -> None:
    assert between_rooms(HOUSE) == {"cli": {"_query"}, "_query": {"_model"}, "_model": set(), "_postgres": set()}
    assert (circle(HOUSE), levels(between_rooms(HOUSE)), not_downward(HOUSE, ORDER)) == ([], 3, [])


def test_a_circle_inside_a_room_is_found() -> None:
    found = circle(HOUSE | {"ferra_sync._query.sharing": {"ferra_sync._query.select"}})
    assert set(found) == {"ferra_sync._query.sharing", "ferra_sync._query.select"}


@pytest.mark.parametrize("wrong", ["ferra_sync.cli", "ferra_sync._postgres.pool"])
def test_an_import_that_leads_up_or_sideways_is_found(wrong: str) -> None:
    house = HOUSE | {"ferra_sync._query.sharing": {wrong}}
    assert not_downward(house, ORDER) == [f"ferra_sync._query.sharing imports {wrong}"]


def test_a_further_level_is_counted() -> None:
    assert levels(between_rooms(HOUSE | {"ferra_sync._model.rows": {"ferra_sync.errors"}})) == 4


def test_what_is_imported_through_others_is_found() -> None:
    assert reached(HOUSE, "ferra_sync._query.select") >= {"cattrs"}
    assert "cattrs" not in reached(HOUSE, "ferra_sync._query.sharing")


def test_a_file_of_one_line_too_many_is_found(tmp_path: Path) -> None:
    (tmp_path / "rooms").mkdir()
    for name, lines in (("fits.py", MAX_LINES), ("long.py", MAX_LINES + 1)):
        (tmp_path / "rooms" / name).write_text("\n" * lines)
    assert too_long(tmp_path, ["rooms"]) == ["rooms/long.py"]
