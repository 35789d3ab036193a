"""The repository over MongoDB: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from typing import assert_type

from domain import Post, Posts, User, Users

from ferra_sync import MongoDatabase, MongoRepository, MongoTransaction, Page, Slice

db = MongoDatabase.connect("mongodb://localhost/app")
users = db.repository(User)
assert_type(users, MongoRepository[User])
assert_type(users.find_by_id(1), User)
assert_type(users.find_page(1, 20), Page[User])
assert_type(users.find_by(Users.name == "al", order_by=[Users.id]), list[User])
assert_type(users.find_keyset(20, order_by=[Users.name.desc()]), Slice[User])
assert_type(users.count(Users.name.startswith("a")), int)
with db.transaction() as tx:
    assert_type(tx, MongoTransaction)
    assert_type(users.find_by_id_in_tx(tx, 1), User)

# Rejected

users.find_by_id("1")  # R946 a text for a number
users.find_by(Posts.published)  # R947 a column of another table
users.find_all(order_by=[Posts.title])  # R948 an order of another table
users.find_by(Users.name)  # R949 no predicate
users.insert(Post)  # R950 a class for a row
users.delete_in_tx(db, 1)  # R951 a database for a transaction
db.run_in_transaction(lambda: 1)  # R952 work that takes no transaction
