"""A query is what it was when it was built, whatever becomes of the values that it was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from tables import model_of

from ferra_sync import (
    UNSET,
    Changeset,
    FerraModel,
    Insertable,
    Table,
    Unset,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


@attrs.define
class Options:
    tags: list[str]


class Things(Table):
    id = t.integer(primary_key=True)
    data = t.jsonb()
    options = t.jsonb(Options)
    words = t.array(t.text())
    raw = t.bytea()


Thing = model_of(FerraModel[Things], id=int, data=object, options=Options, words=list[str], raw=bytes)


@attrs.define
class NewThing(Insertable[Things]):
    id: int
    data: Any
    options: Options
    words: list[str]
    raw: bytes


@attrs.define
class Patch(Changeset[Things]):
    data: Any = UNSET
    options: Options | Unset = UNSET
    words: list[str] | Unset = UNSET
    raw: bytes | Unset = UNSET


def values() -> tuple[dict[str, Any], Options, list[str], bytearray]:
    return {"a": [1]}, Options(["x"]), ["w"], bytearray(b"r")


BUILDERS: dict[str, Callable[..., Any]] = {
    "where": lambda d, o, w, r: select(Thing).where(
        Things.data == d, Things.options == o, Things.words == w, Things.raw == r
    ),
    "one row": lambda d, o, w, r: insert_into(Things).values(NewThing(1, d, o, w, r)),
    "rows": lambda d, o, w, r: insert_into(Things).values(NewThing(1, d, o, w, r), NewThing(2, d, o, w, r)),
    "set": lambda d, o, w, r: (
        update(Things).find(1).set(Things.data.to(d), Things.options.to(o), Things.words.to(w), Things.raw.to(r))
    ),
    "changeset": lambda d, o, w, r: update(Things).find(1).set(Patch(d, o, w, r)),
    "literals": lambda d, o, w, _r: from_(Things).select(
        fn.literal(d, t.jsonb()), fn.literal(o, t.jsonb(Options)), fn.literal(w, t.array(t.text()))
    ),
    "list": lambda d, o, w, _r: select(Thing).where(
        Things.data.is_in([d]), Things.options.is_in([o]), fn.literal("w").is_in(w)
    ),
}


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_what_is_done_to_a_value_later_changes_no_query(build: Callable[..., Any]):
    data, options, words, raw = values()
    query = build(data, options, words, raw)
    data["a"].append(2)
    options.tags.append("y")
    words.append("v")
    raw.extend(b"s")
    assert query.sql().params == build(*values()).sql().params
    assert query.sql().params != build(data, options, words, raw).sql().params
