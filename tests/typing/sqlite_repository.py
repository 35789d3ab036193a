"""The repository over SQLite and its migrations: what both checkers infer and, in the marked lines, reject."""

# pyright: strict

from __future__ import annotations

from typing import assert_type

from domain import Post, Posts, User, Users

from ferra_sync import (
    Databases,
    FerraRepository,
    Outcome,
    Outcomes,
    Page,
    Repository,
    SqliteDatabase,
    SqliteRepository,
    SqliteTransaction,
)
from ferra_sync.migrations import AppliedMigration, Migrations, MigrationStatus

db = SqliteDatabase.connect("sqlite:///app.db")
users = db.repository(User)
assert_type(users, SqliteRepository[User])
assert_type(users.find_by_id(1), User)
assert_type(users.find_page(1, 20), Page[User])
assert_type(users.find_by(Users.name == "al", order_by=[Users.id.desc()]), list[User])
port: FerraRepository[User, SqliteTransaction] = users
whole: Repository[User] = users


def told(done: int) -> None:
    """Say how far it is."""


assert_type(users.insert_many([User(1, "x")], progress=told), list[User])
outcomes = users.upsert_many([User(1, "x")], on=(Users.name,), duplicates="last", progress=told)
assert_type(outcomes, Outcomes)
assert_type(outcomes[0], Outcome)
assert_type(users.update_many((User(number, "x") for number in range(3)), columns=[Users.name]), int)
assert_type(users.find_many([1, 2], missing="omit"), list[User])
assert_type(users.delete_many({1, 2}, progress=told), int)
with db.transaction() as tx:
    assert_type(tx, SqliteTransaction)
    assert_type(SqliteRepository(User, tx).update_many([User(1, "x")]), int)
    users.insert_in_tx(tx, User(1, "x"))

migrations = Migrations("migrations")
assert_type(migrations.run(db, lock_timeout=1.0), list[AppliedMigration])
assert_type(migrations.revert(db, 2), list[AppliedMigration])
assert_type(migrations.status(db), list[MigrationStatus])
assert_type(migrations.run(Databases().open()), list[AppliedMigration])

# Rejected

users.upsert_many([Post(1, "x")])  # R993 rows of another model
users.upsert_many([User(1, "x")], on=(Posts.title,))  # R994 a column of another table
users.upsert_many([User(1, "x")], duplicates="first")  # R995 what is none of the ways
users.update_many([User(1, "x")], columns=("name",))  # R996 a name for a column
users.find_many(["a"])  # R997 a text for an integer key
users.find_many([1], missing="skip")  # R998 what is none of the ways
users.delete_many([None])  # R999 None for a key
users.insert_many([User(1, "x")], progress=len)  # R1000 a progress that takes no number
migrations.run(tx)  # R1001 a transaction for a database
