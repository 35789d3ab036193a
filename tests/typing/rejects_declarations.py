"""Declarations of tables that both checkers reject, each marked line for the reason beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from domain import (
    Mood,
    Posts,
    Users,
)

from ferra_sync import (
    Constraint,
    Table,
    check,
    foreign_key,
    index,
    unique,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

# Declarations

t.integer(default="x")  # R234 a default of another type
t.integer(default=None)  # R235 NULL by default where there is none
t.integer(default=Users.id)  # R236 a default from a column
t.text(default=fn.now())  # R237 a default from a function of another type
t.timestamptz(on_update=3)  # R238 an on_update of another type
t.uuid(references=Users.id)  # R239 a reference of another type
t.text(references=lambda: Users.id)  # R240 … that is deferred
t.integer(references=Users)  # R241 a reference to a table
t.integer(references=Users.id, on_delete="explode")  # R242 an action that is none
t.integer(length=3)  # R243 an option that is none
t.integer(primary_key="yes")  # R244 an option of another type
t.integer(True)  # R245 an option by position
t.varchar()  # R246 a length left out
t.varchar("50")  # R247 a length that is no number
t.array(str)  # R248 an array of a Python type
t.nullable(str)  # R249 a Python type that is nullable
t.enum(Mood, default="calm")  # R250 an enum's label by default
t.array(t.integer(), default=["x"])  # R251 an array of another type by default
t.numeric(default=1.5)  # R252 a float for a numeric by default


class Badges(Table):
    id = t.integer(primary_key=True)
    label = t.text()
    level: int = t.integer()  # R253 a column that claims to be its value

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Self]]:
        pair: Constraint[Self] = unique(cls.id, Users.id)  # R254 a constraint over two tables
        other: Constraint[Self] = check(Users.id > 1)  # R255 a check of another table
        foreign: Constraint[Self] = foreign_key(Posts.id, references=Users.id)  # R256 a foreign key of another table
        key: Constraint[Self] = index(Users.id)  # R257 an index of another table
        part: Constraint[Self] = index(cls.id, where=Posts.published)  # R258 an index over another table's rows
        check(cls.label)  # R259 a check that is not boolean
        check(fn.count() > 1)  # R260 a check of an aggregate
        unique(cls.id + 1)  # R261 a unique expression
        unique("id")  # R262 a column by its name
        index("id")  # R263 an index by a name
        foreign_key(cls.id, references="users.id")  # R264 a reference by its name
        foreign_key(cls.id, references=Users.id, on_delete="explode")  # R265 an action that is none
        return [pair, other, foreign, key, part]


class Loose(Table):
    id = t.integer(primary_key=True)

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Self]]:
        return [unique(cls.id, Users.id)]  # R266 a constraint over two tables in the list itself


class Titled(Posts, label="x"):  # R267 an option of a table that is none
    pass
