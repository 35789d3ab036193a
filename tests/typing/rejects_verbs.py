"""Writes, executors and repositories that both checkers reject, each marked line for the reason beside it."""

from __future__ import annotations

from datetime import date

from domain import (
    Colour,
    Event,
    Events,
    Managers,
    NewComment,
    NewUser,
    Post,
    PostPatch,
    Posts,
    User,
    UserPatch,
    Users,
)

from ferra_sync import (
    UNSET,
    Database,
    FerraRepository,
    Page,
    PgRepository,
    Transaction,
    delete_from,
    from_,
    insert_into,
    maybe,
    select,
    update,
)
from ferra_sync import functions as fn

db = Database.connect()
users = PgRepository(User, db)

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

# Keys

users.find_by_id("abc")  # R321 a text for an integer key
users.find_by_id(None)  # R322 None for a key
users.find_by_id(User(1, "x"))  # R323 a row for its key
users.exists("abc")  # R324 a text for an integer key, asked for
users.delete(1.5)  # R325 a float for an integer key
users.update("abc", User(1, "x"))  # R326 a text for the key of an update
PgRepository(Event, db).find_by_id("3f0e")  # R327 a text for a uuid
PgRepository(Event, db).delete(3)  # R328 an integer for a uuid


def work(tx: Transaction) -> None:
    tx.fetch_all(from_(Users))  # R268 nothing is selected in a transaction
    users.find_by_id_in_tx(tx, "abc")  # R329 a text for an integer key in a transaction
    users.update_in_tx(tx, "abc", User(1, "x"))  # R330 … in an update
    users.delete_in_tx(tx, "abc")  # R331 … in a delete


def truth() -> None:
    predicate = Users.name == "x"
    # fmt: off
    if predicate: print()  # noqa: E701, T201  # R269 an expression as a condition
    # fmt: on


def page_of(repository: FerraRepository[User]) -> None:
    repository.find_by_id("abc")  # R332 a text for an integer key of the protocol
    repository.delete_in_tx(db.begin(), "abc")  # R333 … in a transaction


users.find_by(Posts.id > 1)  # R343 a repository's filter over another table
users.find_by(Managers.name == "x")  # R344 … over an alias
users.count(Posts.id > 1)  # R345 a count over another table
users.find_all(order_by=[Posts.id])  # R346 an order by another table
