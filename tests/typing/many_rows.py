"""Many rows in one call, with the types that both checkers infer, and lines that both reject."""

# pyright: strict

from __future__ import annotations

from typing import assert_type

from domain import Post, Posts, User, Users

from ferra_sync import Database, Outcome, Outcomes, PgRepository

db = Database.connect()
users = PgRepository(User, db)


def told(done: int) -> None:
    """Say how far it is."""


outcomes = users.upsert_many([User(1, "x")], on=(Users.name,), duplicates="last", progress=told)
assert_type(outcomes, Outcomes)
assert_type(outcomes[0], Outcome)
assert_type(outcomes[1:], Outcomes)
assert_type(outcomes.inserted, int)
assert_type(users.upsert_many(User(number, "x") for number in range(3)), Outcomes)
assert_type(users.update_many([User(1, "x")]), int)
assert_type(users.update_many([User(1, "x")], columns=[Users.name, Users.hair_color], progress=print), int)
assert_type(users.find_many([1, 2], missing="omit"), list[User])
assert_type(users.find_many(iter((1, 2)), progress=told), list[User])
assert_type(users.delete_many({1, 2}), int)
assert_type(users.insert_many([User(1, "x")], progress=told), list[User])

# Rejected

users.upsert_many([Post(1, "x")])  # R821 rows of another model
users.upsert_many([User(1, "x")], on=(Posts.title,))  # R822 a column of another table
users.upsert_many([User(1, "x")], on=Users.name)  # R823 a column for several
users.upsert_many([User(1, "x")], on=("name",))  # R824 a name for a column
users.upsert_many([User(1, "x")], duplicates="first")  # R825 what is none of the ways
users.upsert_many([User(1, "x")], progress=len)  # R826 a progress that takes no number
users.update_many([Post(1, "x")])  # R827 rows of another model
users.update_many([User(1, "x")], columns=(Posts.title,))  # R828 a column of another table
users.update_many([User(1, "x")], columns=(User.name,))  # R829 a model's attribute for a column
users.find_many(["a"])  # R830 a text for an integer key
users.find_many(1)  # R831 a key for several
users.find_many([1], missing="skip")  # R832 what is none of the ways
users.delete_many([None])  # R833 None for a key
names: list[str] = users.upsert_many([User(1, "x")])  # R834 outcomes taken for rows
