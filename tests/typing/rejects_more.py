"""What both checkers reject, each marked line for the reason beside it, beyond the contract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Self

from domain import (
    Address,
    Colour,
    Comment,
    Comments,
    Event,
    Events,
    Managers,
    Mood,
    NewComment,
    NewUser,
    Post,
    PostPatch,
    Posts,
    Size,
    User,
    UserPatch,
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
    Constraint,
    Database,
    Page,
    PgRepository,
    Table,
    Transaction,
    check,
    delete_from,
    foreign_key,
    from_,
    index,
    insert_into,
    maybe,
    select,
    unique,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()
users = PgRepository(User, db)

# Joins

from_(Posts).right_join(Users).select(Post, User)  # R19 a bare model of the side that a right join makes nullable
from_(Posts).right_join(Users).select(Posts.title)  # R20 … a bare column of it
from_(Posts).full_join(Users).select(Post)  # R21 a full join makes the left side nullable
from_(Posts).full_join(Users).select(Users.id)  # R22 … and the right side
from_(Posts).cross_join(Users).select(Comment)  # R23 a model that a cross join does not bring
from_(Posts).inner_join(Users).right_join(Comments).select(User)  # R24 a right join after an inner join
from_(Posts).left_join(Users).full_join(Comments).select(Comments.id)  # R25 a full join after a left join
from_(Users).left_join(Posts).left_join(Comments).select(Comment)  # R26 the second of two left joins
from_(Users).left_join(Posts).left_join(Comments).select(Post)  # R27 the first of two left joins
from_(Users).left_join(Posts).inner_join(Comments).select(Comments.id, Posts.id)  # R28 a left join before an inner join
from_(Users).left_join(Posts).select(Users.id + Posts.id)  # R29 a bare expression over both sides
from_(Users).left_join(Posts).select(fn.lower(Posts.title))  # R30 a bare function of the nullable side
from_(Users).left_join(Posts).select(maybe(Comment))  # R31 maybe of a table that is not joined
from_(Users).left_join(Posts).select(Comments.body.nullable())  # R32 nullable of a table that is not joined
from_(Managers).select(User)  # R33 the table of which only the alias is read
from_(Users).inner_join(Posts, on=Comments.post_id == Posts.id)  # R34 a table in on that is not joined
from_(Users).left_join(Posts, on=Posts.title)  # R35 an on that is not boolean
from_(Users).inner_join(Posts, on=fn.count() > 1)  # R36 an aggregate in on
from_(Users).inner_join(User)  # R37 a model joined in place of a table
from_(User)  # R38 a model read in place of a table
from_("users")  # R39 a table by its name
select(Users)  # R40 a table in place of a model
select(User).inner_join(Posts).where(Comments.id == 1)  # R41 a table that a Select has not joined
select(User).order_by(Posts.id)  # R42 … in its order_by
select(User).where(fn.count() > 1)  # R43 an aggregate in its where
select(fn.count(Users.id))  # R44 a lone aggregate has no table of its own
from_(Users).order_by(Users.id, Posts.id.desc())  # R45 an order of a table that is not joined
from_(Users).distinct(Posts.id)  # R46 distinct on a table that is not joined
from_(Users).order_by("name")  # R47 an order by a name
from_(Users).select("name")  # R48 a column by its name
select(Post).belonging_to(1)  # R49 a parent by its key
select(Post).belonging_to(User(1, "x"), by=Comments.post_id)  # R50 a column of another table for the parent

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
from_(Events).where(Events.starts_at == date(2024, 1, 1))  # R67 a date for a moment
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
fn.sum(fn.count())  # R130 an aggregate of an aggregate
fn.max(fn.max(Users.id))  # R131 … of the same
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

# Writes

update(Users).where(Posts.id == 1)  # R158 another table in an update's where
update(Users).where(Users.name)  # R159 an update's where that is not boolean
update(Users).where(fn.count() > 1)  # R160 an aggregate in an update's where
update(Users).set(Users.name.to(Posts.title))  # R161 an assignment of another table's column
update(Users).set(Users.name.to(Users.id))  # R162 an assignment of a column of another type
update(Users).set(Users.name.to(Users.hair_color))  # R163 a nullable column into one that is not
update(Users).set(Users.id.to(fn.max(Users.id)))  # R164 an assignment of an aggregate
update(Users).set(Users.name.to(UNSET))  # R165 UNSET in an assignment
update(Users).set(Users.name == "x")  # R166 a comparison for an assignment
update(Users).set(Users.name.to("x"), Posts.title.to("x"))  # R167 one assignment of two to another table
update(Users).set(PostPatch(title="x"))  # R168 a changeset of another table
update(Users).set(NewUser("x"))  # R169 a row to insert for a changeset
update(Users).set(User(1, "x"))  # R170 a model for a changeset
update(Users).set(name="x")  # R171 a keyword for an assignment
update(User)  # R172 an update of a model
update(Users).returning(Post)  # R173 another table's model returned
update(Users).returning(Posts.id)  # R174 another table's column returned
update(Users).returning(Users.id, Posts.id)  # R175 … beside its own
update(Users).returning(fn.count())  # R176 an aggregate returned
(Users.id + 1).to(3)  # R177 an assignment to an expression
update(Events).set(Events.mood.to("calm"))  # R178 an enum's label assigned
update(Events).set(Events.tags.to([1]))  # R179 an array of another type assigned
update(Events).set(Events.starts_at.to(date(2024, 1, 1)))  # R180 a date assigned to a moment
update(Events).set(Events.address.to(Colour(1)))  # R181 another attrs class assigned
update(Events).set(Events.address.to(None))  # R182 NULL assigned to an object
delete_from(Users).where(Posts.id == 1)  # R183 another table in a delete's where
delete_from(Users).where(Users.name)  # R184 a delete's where that is not boolean
delete_from(Users).returning(Post)  # R185 another table's model from a delete
delete_from(User)  # R186 a delete of a model
insert_into(Users).values(NewComment(1, "x"))  # R187 a row of another table
insert_into(Users).values(Post(1, "x"))  # R188 a model of another table
insert_into(Users).values(NewUser("x"), Post(1, "x"))  # R189 one row of two of another table
insert_into(Users).values(UserPatch(name="x"))  # R190 a changeset inserted
insert_into(Users).values([NewUser("x")])  # R191 a list for rows
insert_into(Users).values({"name": "x"})  # R192 a dict for a row
insert_into(Users).values(NewUser("x")).returning(Posts.id)  # R193 another table's column from an insert
insert_into(User)  # R194 an insert into a model
NewUser(UNSET)  # R195 UNSET in a row to insert
NewUser()  # R196 a required column left out
UserPatch(name=None)  # R197 NULL in a changeset's column that is not nullable
PostPatch(title=3)  # R198 a changeset's value of the wrong type
Event("x", date(2024, 1, 1), id="x")  # R199 a model's value of the wrong type

# Executors

db.fetch_all(from_(Users))  # R200 nothing is selected
db.fetch_all(from_(Users).group_by(Users.id))  # R201 … from a group
db.fetch_all(update(Users).all_rows().set(Users.name.to("x")))  # R202 a write without returning has no rows
db.fetch_one("SELECT 1")  # R203 SQL text fetched
db.execute(select(User))  # R204 a select executed
db.execute(from_(Users))  # R205 no statement at all
db.execute("DELETE FROM users")  # R206 SQL text executed
db.stream(delete_from(Users).all_rows().returning(User))  # R207 a write streamed
db.batches(from_(Users))  # R208 batches of nothing
db.fetch_page(from_(Users))  # R209 a page of nothing
db.fetch_page(delete_from(Users).all_rows().returning(User))  # R210 a page of a write
db.fetch_page(select(User), count="guess")  # R211 a count that is none
db.transaction(isolation="chaos")  # R212 an isolation level that is none
db.run_in_transaction(lambda: 1)  # R213 work without its transaction
page: Page[Post] = db.fetch_page(select(User))  # R214 a page of another model
rows: list[Post] = db.fetch_all(select(User))  # R215 rows of another model
user: User = db.fetch_optional(select(User))  # R216 a row that may be missing
both: tuple[User, Post] = db.fetch_one(from_(Users).left_join(Posts).select(User, maybe(Post)))  # R217 … or a half
text: str = db.fetch_value(select(Users.hair_color))  # R218 a value that may be NULL
number: str = db.run_in_transaction(lambda tx: tx.fetch_value(select(Users.id)))  # R219 a result of another type

# Repositories

users.insert(Post(1, "x"))  # R220 a row of another model
users.insert(NewUser("x"))  # R221 a row to insert of the same table
users.update(1, UserPatch(name="x"))  # R222 a changeset for a row
users.save(Post(1, "x"))  # R223 another model saved
users.insert_many([Post(1, "x")])  # R224 rows of another model
users.copy_in([NewUser("x")])  # R225 rows of another class
users.insert_in_tx(db, User(1, "x"))  # R226 a database for a transaction
post: Post = users.find_by_id(1)  # R227 another model found
users.find_by("name = 'x'")  # R228 SQL text for a predicate
users.find_by(Users.name)  # R229 a predicate that is not boolean
users.count(fn.count() > 1)  # R230 an aggregate for a predicate
PgRepository(Users, db)  # R231 a repository of a table
PgRepository(NewUser, db)  # R232 a repository of rows to insert
PgRepository(User, "postgres://")  # R233 a repository over a URL

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


def work(tx: Transaction) -> None:
    tx.fetch_all(from_(Users))  # R268 nothing is selected in a transaction


def truth() -> None:
    predicate = Users.name == "x"
    # fmt: off
    if predicate: print()  # noqa: E701, T201  # R269 an expression as a condition
    # fmt: on
