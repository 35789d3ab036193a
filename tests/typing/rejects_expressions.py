"""Values, operators and functions that both checkers reject, each marked line for the reason beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from domain import (
    Address,
    Colour,
    Events,
    Posts,
    Size,
    User,
    Users,
    bool_and,
    char_length,
    clock_timestamp,
    replace,
    similarity,
    string_agg,
)

from ferra_sync import (
    UNSET,
    from_,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

# Values

from_(Users).where(Users.id > "x")  # R51 an order of two types
from_(Users).where(Users.id != 1.5)  # R52 a float for an integer
from_(Users).where(Users.id == None)  # R53 None for a column that is never NULL
from_(Users).where(Users.name == b"x")  # R54 bytes for text
from_(Users).where("x" == Users.id)  # R55 a value of the wrong type on the left
from_(Users).where(Users.name.is_in("abc"), Users.id.is_in("abc"))  # R56 a string for a list of integers
from_(Users).where(Users.id.is_in([1, None]))  # R57 NULL in a list
from_(Users).where(Users.id.is_in(1))  # R58 one value for a list
from_(Users).where(Users.id.is_not_in(["a"]))  # R59 a list of the wrong type
from_(Users).where(Users.id.between("a", "b"))  # R60 between of the wrong type
from_(Users).where(Users.id.between(1, "b"))  # R61 between of two types
from_(Users).where(Users.id.between(1, Posts.title))  # R62 between and a column of another type
from_(Users).where(Users.id.is_distinct_from("x"))  # R63 distinct from a value of another type
from_(Users).where(Users.hair_color == 3)  # R64 a value of the wrong type for a nullable column
from_(Users).where(Users.hair_color == Users.id)  # R65 a nullable column and one of another type
from_(Users).where(Users.id == Users.hair_color)  # R66 … the other way round
from_(Events).where(Events.opens == date(2024, 1, 1))  # R67 a date for a time
from_(Events).where(Events.starts_at > timedelta(days=1))  # R68 a duration for a moment
from_(Events).where(Events.price == 1.5)  # R69 a float for a numeric
from_(Events).where(Events.ratio == Decimal(1))  # R70 a numeric for a float
from_(Events).where(Events.mood == "calm")  # R71 an enum's label for its member
from_(Events).where(Events.mood == Size.SMALL)  # R72 another enum's member
from_(Events).where(Events.mood == Events.size)  # R73 columns of two enums
from_(Events).where(Events.mood.is_in([Size.SMALL]))  # R74 a list of another enum's members
from_(Events).where(Events.address == {"street": "a"})  # R75 a dict for an attrs class
from_(Events).where(Events.address == Colour(1))  # R76 another attrs class
from_(Events).where(Events.tags == "a")  # R77 a value for an array
from_(Events).where(Events.tags == [1])  # R78 an array of another type
from_(Events).where(Events.tags == [None])  # R79 NULL in an array that has none
from_(Events).where(Events.id == "3f0e")  # R80 text for a uuid
from_(Events).where(Events.token == "x")  # R81 text for bytes
from_(Users).where(Users.name == UNSET)  # R82 UNSET in a comparison

# Predicates and their logic

from_(Users).where("id = 1")  # R83 SQL text
from_(Users).where(True)  # R84 Python's truth for a predicate
from_(Users).where(Users.id)  # R85 an integer for a predicate
from_(Users).where(Users.hair_color)  # R86 a nullable text for a predicate
from_(Users).where(Users.id == 1 and Users.name == "x", Users.id)  # R87 a predicate beside an integer
from_(Users).where(~Users.name)  # R88 not of a text
from_(Users).where(Users.name & (Users.id == 1))  # R89 and of a text
from_(Users).where((Users.id == 1) | Users.name)  # R90 or with a text
from_(Users).where((Users.id == 1) & True)  # R91 and with Python's truth
from_(Users).where((Users.id == 1) | "x")  # R92 or with a value
from_(Users).where(Users.id.like("1%"))  # R93 like of an integer
from_(Users).where(Users.id.icontains("1"))  # R94 icontains of an integer
from_(Users).where(Users.name.contains(3))  # R95 a number in text
from_(Users).where(Users.name.startswith(Users.hair_color))  # R96 a pattern from a column
from_(Events).where(Events.day.startswith("2024"))  # R97 the beginning of a date
from_(Events).where(Events.mood.contains("calm"))  # R98 the text of an enum
from_(Users).where(Users.id.desc())  # R99 an order for a predicate
from_(Users).order_by(Users.id.desc(nulls="never"))  # R100 nulls neither first nor last
from_(Users).limit("3")  # R101 a limit that is no number

# Arithmetic

Users.id + "x"  # R102 an integer and a text
Users.id + Users.name  # R103 … as columns
Users.name + 1  # R104 a text and an integer
"x" + Users.id  # R105 a text before an integer
Users.name - "x"  # R106 a text from a text
Users.name * 2  # R107 a text repeated
-Users.name  # R108 a negative text
Events.mood + 1  # R109 an enum and an integer
Events.address + Address("a", "b")  # R110 two objects added
Events.starts_at + 1  # R111 a moment and a number
Events.starts_at + Events.starts_at  # R112 two moments added
Events.starts_at - 1  # R113 a number from a moment
Events.starts_at * 2  # R114 a moment multiplied
Events.duration + datetime(2024, 1, 1, tzinfo=UTC)  # R115 a moment added to a duration
Events.price + Events.ratio  # R116 a numeric and a float
Events.price * 1.5  # R117 a numeric times a float
Events.token + b"x"  # R118 bytes added
Events.id + 1  # R119 a uuid and an integer

# Functions and aggregates

fn.lower(Users.id)  # R120 small letters of an integer
fn.upper(Events.day)  # R121 capitals of a date
fn.length(Events.tags)  # R122 the length of an array
fn.lower("x")  # R123 a function of a value
fn.coalesce(Users.hair_color, 3)  # R124 a default of another type
fn.coalesce(Users.hair_color, Users.id)  # R125 a default from a column of another type
update(Users).set(Users.name.to(fn.coalesce(Users.hair_color, Users.hair_color)))  # R126 a default that is nullable
fn.sum(Users.name)  # R127 the sum of texts
fn.sum(Events.starts_at)  # R128 the sum of moments
fn.avg(Users.name)  # R129 the mean of texts
from_(Users).select(fn.sum(fn.count()))  # R130 an aggregate of an aggregate
from_(Users).select(fn.max(fn.max(Users.id)))  # R131 … of the same
fn.count(User)  # R132 the count of a model
similarity(Users.id, "x")  # R133 a declared function of another type
similarity(Users.name, 3)  # R134 … with another type as its second argument
similarity(Users.name, Users.id)  # R135 … with a column of another type
similarity(Users.hair_color, "x")  # R136 a nullable argument where none was declared
similarity(Users.name)  # R137 an argument too few
char_length(Users.name, Users.name)  # R138 an argument too many
clock_timestamp(Users.name)  # R139 an argument where there is none
replace(Users.name, "a", 1)  # R140 a third argument of another type
bool_and(Users.name)  # R141 a declared aggregate of another type
from_(Users).where(string_agg(Users.name, ", ") == "x")  # R142 a declared aggregate in where
from_(Users).select(Users.id, string_agg(Users.name, ", "))  # R143 … beside a plain column
from_(Users).select(User, fn.count())  # R144 an aggregate beside a model
from_(Users).select(Users.id + fn.count())  # R145 an aggregate and a column in one expression
from_(Users).select(fn.max(Posts.id))  # R146 an aggregate over a table that is not joined
from_(Users).where(Users.id > fn.count())  # R147 a column compared with an aggregate in where
from_(Users).group_by(fn.count())  # R148 a group by an aggregate
from_(Users).group_by(Posts.id)  # R149 a group by a table that is not joined
from_(Users).group_by(Users.id).having(fn.max(Posts.id) > 1)  # R150 having over a table that is not joined
from_(Users).group_by(Users.id).having(fn.count())  # R151 having that is not boolean
from_(Users).group_by(Users.id).where(fn.count() > 1)  # R152 where after group_by, of an aggregate
from_(Users).group_by(Users.id).select(fn.count(Posts.id))  # R153 a group's select of a table that is not joined
from_(Users).left_join(Posts).group_by(Users.id).select(Posts.id)  # R154 a bare column of the nullable side in a group
Users.id.cast(int)  # R155 a cast to a Python type
Users.id.cast(t.text()) + 1  # R156 what was cast to text and an integer
fn.literal("x", t.integer())  # R157 a literal of another type
fn.nullif(Users.name, 3)  # R340 a value of another type for nullif
fn.nullif(Users.name, Users.id)  # R341 a column of another type for nullif
