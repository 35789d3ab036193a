"""The plan of a query: what `EXPLAIN (FORMAT JSON)` says, as a tree of nodes that shows itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

import attrs

_CONDITIONS: Final = (
    "Index Cond",
    "Recheck Cond",
    "TID Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "One-Time Filter",
    "Filter",
    "Run Condition",
    "Sort Key",
    "Presorted Key",
    "Group Key",
    "Order By",
    "Cache Key",
)
_CONSTANT: Final = re.compile(
    r"""(?P<name>"(?:[^"]|"")*"|(?:Init|Sub)Plan\ \d+|\$\d+)
      | (?:true|false|NULL(?=::))(?![\w$])
      | [EBX]?'(?:[^']|'')*'
      | (?P<word>[^\W\d][\w$]*)
      | \d+(?:\.\d+)?
    """,
    re.VERBOSE,
)
_AGGREGATES: Final = {"Hashed": "HashAggregate", "Sorted": "GroupAggregate", "Mixed": "MixedAggregate"}


@attrs.frozen
class PlanNode:
    """One step of a plan.

    Attributes:
        kind: what it does: `Index Scan`, `Hash Left Join`, `Sort`, `Update`.
        name: what the plan calls it where others refer to it: `SubPlan 1`, `CTE recent`.
        relation: the table, the CTE or the function that it reads, or the table that it writes.
        alias: what the query calls that.
        index: the index that it uses.
        conditions: what it filters, joins, sorts and groups by, `Filter: (likes > …)`, without the values.
        cost: what the planner believes it costs, in units of its own, those below it included.
        own_cost: the same without those below it.
        estimated_rows: how many rows the planner believes it gives, each time that it runs.
        rows: how many it gave, on average, each time that it ran; None where nothing ran.
        loops: how often it ran, in every process; None where nothing ran.
        time: how long it ran altogether, in milliseconds, those below it included; None where nothing ran.
        own_time: the same without those below it.
        blocks_hit: how many of the server's blocks, mostly of 8 kB, it found in memory, with those below it; None, as
            the next three, where that was not asked for.
        blocks_read: how many it read from the operating system.
        blocks_dirtied: how many it changed.
        blocks_written: how many it wrote, to make room.
        children: the steps that it takes its rows from.
    """

    kind: str
    name: str | None
    relation: str | None
    alias: str | None
    index: str | None
    conditions: tuple[str, ...]
    cost: float
    own_cost: float
    estimated_rows: float
    rows: float | None
    loops: int | None
    time: float | None
    own_time: float | None
    blocks_hit: int | None
    blocks_read: int | None
    blocks_dirtied: int | None
    blocks_written: int | None
    children: tuple[PlanNode, ...]

    def walk(self) -> Iterator[PlanNode]:
        """Yield the node and all below it, each before its children."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def label(self) -> str:
        """What it does and to what: `Index Scan using users_pkey on users`."""
        prefix = "" if self.name is None else f"{self.name}: "
        using = "" if self.index is None else f" using {self.index}"
        names = dict.fromkeys(name for name in (self.relation, self.alias) if name is not None)
        return f"{prefix}{self.kind}{using}{' on ' if names else ''}{' '.join(names)}"

    @property
    def measures(self) -> str:
        """What it costs, or took, and how many rows it gives."""
        if self.time is None or self.loops is None or self.rows is None:
            return f"cost {self.cost:.2f}, {_rows(self.estimated_rows)}"
        if not self.loops:
            return f"never run, {_rows(self.estimated_rows)} expected"
        often = "" if self.loops == 1 else f", {self.loops} times"
        blocks = "" if self.blocks_hit is None else f", {self.blocks_hit} blocks hit, {self.blocks_read} read"
        return f"{self.time:.3f} ms, {_rows(self.rows)} ({self.estimated_rows:g} expected){often}{blocks}"


@attrs.frozen(repr=False)
class Plan:
    """How PostgreSQL runs a query, or ran it; its repr is the tree, with the node marked in which most is spent.

    Attributes:
        root: the last step, whose rows are the query's.
        planning_time: how long the planning took, in milliseconds; None where nothing ran.
        execution_time: how long the query ran, in milliseconds; None where nothing ran.
        raw: the server's document, in which conditions have the query's values.
    """

    root: PlanNode
    planning_time: float | None
    execution_time: float | None
    raw: Mapping[str, Any]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Plan:
        """Return the plan that the server's document says."""
        return cls(
            root=_Reader().node(document["Plan"]),
            planning_time=document.get("Planning Time"),
            execution_time=document.get("Execution Time"),
            raw=document,
        )

    @property
    def slowest(self) -> PlanNode:
        """The node in which most time is spent, those below it aside; where nothing ran, the one that costs most."""
        return max(self.root.walk(), key=lambda node: node.own_cost if node.own_time is None else node.own_time)

    def __repr__(self) -> str:
        lines = list(_drawn(self.root, self.slowest, "", ""))
        if self.execution_time is not None:
            lines.append(f"planning {self.planning_time or 0:.3f} ms, execution {self.execution_time:.3f} ms")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


class _Reader:
    """Reads the nodes of one plan, those below before those above."""

    def __init__(self) -> None:
        self._ctes: dict[str, PlanNode] = {}
        """The CTEs that no scan has been read of: it is the first scan that runs them."""

    def node(self, data: Mapping[str, Any]) -> PlanNode:
        children = tuple(map(self._child, data.get("Plans", ())))
        below = [child for child in children if not _is_cte(child)]
        scanned = self._ctes.pop(f"CTE {data.get('CTE Name')}", None)
        if scanned is not None:
            below.append(scanned)
        loops = data.get("Actual Loops")
        time = None if loops is None else data.get("Actual Total Time", 0.0) * loops
        return PlanNode(
            kind=_kind(data),
            name=data.get("Subplan Name"),
            relation=data.get("Relation Name") or data.get("CTE Name") or data.get("Function Name"),
            alias=data.get("Alias"),
            index=data.get("Index Name"),
            conditions=tuple(_conditions(data)),
            cost=data["Total Cost"],
            own_cost=max(0.0, data["Total Cost"] - sum(child.cost for child in below)),
            estimated_rows=data["Plan Rows"],
            rows=data.get("Actual Rows"),
            loops=loops,
            time=time,
            own_time=None if time is None else max(0.0, time - sum(child.time or 0.0 for child in below)),
            blocks_hit=data.get("Shared Hit Blocks"),
            blocks_read=data.get("Shared Read Blocks"),
            blocks_dirtied=data.get("Shared Dirtied Blocks"),
            blocks_written=data.get("Shared Written Blocks"),
            children=children,
        )

    def _child(self, data: Mapping[str, Any]) -> PlanNode:
        child = self.node(data)
        if _is_cte(child):
            self._ctes[str(child.name)] = child
        return child


def _is_cte(node: PlanNode) -> bool:
    return node.name is not None and node.name.startswith("CTE ")


def _kind(data: Mapping[str, Any]) -> str:
    kind: str = data["Node Type"]
    join = data.get("Join Type", "Inner")
    if kind == "ModifyTable":
        return str(data["Operation"])
    if kind == "Aggregate":
        return _AGGREGATES.get(data.get("Strategy", ""), kind)
    if join == "Inner":
        return kind
    return f"{kind.removesuffix(' Join')} {join} Join"


def _conditions(data: Mapping[str, Any]) -> Iterator[str]:
    for name in _CONDITIONS:
        if name in data:
            said = data[name]
            yield f"{name}: {masked(said if isinstance(said, str) else ', '.join(said))}"


def masked(expression: str) -> str:
    """Return an expression as PostgreSQL spells it, with `…` for every constant."""
    return _CONSTANT.sub(lambda found: found[0] if found["name"] or found["word"] else "…", expression)


def _rows(number: float) -> str:
    return f"{number:g} row{'' if number == 1 else 's'}"


def _drawn(node: PlanNode, marked: PlanNode, first: str, rest: str) -> Iterator[str]:
    """Yield the lines of a node and of all below it; `first` stands before its own, `rest` before the others."""
    yield f"{first}{node.label}  {node.measures}{_mark(node) if node is marked else ''}"
    below: Sequence[PlanNode] = node.children
    for condition in node.conditions:
        yield f"{rest}{'│' if below else ' '}    {condition}"
    for child in below:
        is_last = child is below[-1]
        yield from _drawn(child, marked, f"{rest}{'└─ ' if is_last else '├─ '}", f"{rest}{'   ' if is_last else '│  '}")


def _mark(node: PlanNode) -> str:
    if node.own_time is None:
        return f"  ◀ costs most: {node.own_cost:.2f} by itself"
    return f"  ◀ slowest: {node.own_time:.3f} ms by itself"
