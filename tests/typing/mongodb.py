"""The repository over MongoDB: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from typing import assert_type
from uuid import UUID

from domain import Post, Posts, User, Users

from ferra_sync import MongoDatabase, MongoRepository, MongoTransaction, Page, Slice

db = MongoDatabase.connect("mongodb://localhost/app")
users = db.repository(User)
assert_type(users, MongoRepository[User])
key = UUID(int=1)
assert_type(users.find_by_id(key), User)
assert_type(users.find_page(1, 20), Page[User])
assert_type(users.find_by(Users.email == "a@x.org", order_by=[Users.username]), list[User])
assert_type(users.find_keyset(20, order_by=[Users.email.desc()]), Slice[User])
assert_type(users.count(Users.email.startswith("a")), int)
with db.transaction() as tx:
    assert_type(tx, MongoTransaction)
    assert_type(users.find_by_id_in_tx(tx, key), User)

# Rejected

users.find_by_id("1")  # R800 a text for a UUID
users.find_by(Posts.published)  # R801 a column of another table
users.find_all(order_by=[Posts.title])  # R802 an order of another table
users.find_by(Users.email)  # R803 no predicate
users.insert(Post)  # R804 a class for a row
users.delete_in_tx(db, key)  # R805 a database for a transaction
db.run_in_transaction(lambda: 1)  # R806 work that takes no transaction
