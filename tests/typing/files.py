"""Rows in files: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from io import BytesIO, StringIO
from pathlib import Path
from typing import IO, assert_type

from domain import Post, Posts, User, Users

from ferra_sync import Database, ImportReport, PgRepository, Transaction, delete_from, from_, select

db = Database.connect()
users = PgRepository(User, db)
posts = from_(Posts).inner_join(Users).select(Post, User)

assert_type(db.copy_out(select(User)), Iterator[User])
assert_type(db.copy_out(posts), Iterator[tuple[Post, User]])
assert_type(db.copy_out(select(User), "users.csv"), int)
assert_type(db.copy_out(posts, Path("posts.csv"), format="csv", progress=print), int)
assert_type(db.copy_out(from_(Users).select(Users.id).union(from_(Posts).select(Posts.id)), BytesIO()), int)


def within(tx: Transaction, file: IO[bytes]) -> None:
    assert_type(tx.copy_out(select(User)), Iterator[User])
    assert_type(tx.copy_out(select(User), file, format="binary"), int)
    assert_type(PgRepository(User, tx).import_csv(file), ImportReport)
    with gzip.open("users.csv.gz") as packed:
        users.import_csv(packed)


report = users.import_csv("users.csv", on_error="collect", on_conflict="skip", delimiter=";", progress=print)
assert_type(report, ImportReport)
assert_type(report.failed, int)
assert_type(report.errors[0].errors, Mapping[str, str])
assert_type(users.copy_in([], progress=lambda done: done + 1), int)

db.copy_out(delete_from(Users).all_rows(), "users.csv")  # R786 a DELETE has no rows
db.copy_out(select(User), "users.csv", format="xml")  # R787 there is no such format
db.copy_out(select(User), StringIO())  # R788 a file is of bytes
db.copy_out(select(User), progress=print)  # R789 progress is of a file
db.copy_out(select(User), "users.csv", progress=lambda: None)  # R790 progress takes a number
users.import_csv("users.csv", on_error="ignore")  # R791 there is no such choice
users.import_csv(StringIO())  # R792 a file is of bytes
users.copy_in([], progress=lambda: None)  # R793 progress takes a number
report.rows = 1  # R794 a report is immutable
report.errors[0].errors["email"] = ""  # R795 so are the errors of a line
