"""Everything at a glance: tables, models, queries, transactions."""
# ruff: noqa: E501, E702, F841, FBT003, I001 - the shortest way to show it all

from datetime import datetime
from uuid import UUID

import attrs
from _database import empty_database

# fmt: off
from ferra_sync import (
    SERVER_DEFAULT, UNSET, Changeset, Database, FerraModel, Insertable, NotFound, PgRepository, Table, Unset,
    delete_from, from_, functions as fn, insert_into, maybe, select, types as t, update,
)

TABLES = """
    CREATE TABLE users (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        username varchar(50) NOT NULL UNIQUE,
        email varchar(100) NOT NULL UNIQUE,
        password_hash varchar(255) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE posts (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        title varchar(255) NOT NULL,
        content text NOT NULL,
        published boolean NOT NULL DEFAULT false,
        subtitle text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX ON posts (user_id);
    CREATE INDEX ON posts (published);
"""


class Users(Table):                                   # SQL name: snake_case of the class, or Table, name="…", schema="…"
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    username = t.varchar(50, unique=True)
    email = t.varchar(100, unique=True)
    password_hash = t.varchar(255, secret=True)           # written and read, but in no repr, dict or JSON
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())


class Posts(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    user_id = t.uuid(references=Users.id, on_delete="cascade", index=True)
    title = t.varchar(255)
    content = t.text()
    published = t.boolean(default=False, index=True)
    subtitle = t.nullable(t.text())
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())


@attrs.define                                         # a plain attrs class; the base only says which table
class User(FerraModel[Users]):                        # Queryable, Selectable, Identifiable: any subset of columns
    id: UUID
    username: str
    email: str
    created_at: datetime


@attrs.define
class Post(FerraModel[Posts]):
    user_id: UUID
    title: str
    content: str
    published: bool = False
    id: UUID = SERVER_DEFAULT                         # left out of INSERT; the returned model has the real value


@attrs.define
class NewUser(Insertable[Users]):                     # checked: every column without a default is present
    username: str
    email: str
    password_hash: str


@attrs.define
class PostPatch(Changeset[Posts]):                    # UNSET = leave alone; None = set NULL; SERVER_DEFAULT = DEFAULT
    title: str | Unset = UNSET
    published: bool | Unset = UNSET


def main(db: Database) -> None:
    users = PgRepository(User, db)
    posts = PgRepository(Post, db)

    alice = db.fetch_one(insert_into(Users).values(NewUser("alice", "a@x.org", "…")).returning(User))
    same = users.find_by_id(alice.id)
    db.fetch_one(select(User).where(Users.email == "a@x.org"))
    db.fetch_one(update(Users).find(alice.id).set(Users.username.to("al")).returning(User))

    with db.transaction() as tx:                          # commit on success, roll back on error; tx.savepoint() nests
        posts.insert_in_tx(tx, Post(alice.id, "My first post", "Hello"))
    tx = db.begin(); posts.insert_in_tx(tx, Post(alice.id, "Another", "Hello again")); tx.commit()
    ids = [post.id for post in posts.find_all(order_by=[Posts.created_at])]

    print("published:", db.execute(                       # = ANY($1); returns rows affected
        update(Posts).where(Posts.id.is_in(ids)).set(Posts.published.to(True))))
    db.execute(update(Posts).find(ids[0]).set(PostPatch(title="The first post")))
    mine = db.fetch_all(select(Post).belonging_to(alice).where(Posts.published).order_by(Posts.created_at.desc()))
    print("Alice's:", [post.title for post in mine])

    found = db.fetch_all(                                 # list[tuple[Post, User]]
        from_(Posts).inner_join(Users)                    # ON from the foreign key; on=… where it is ambiguous
        .where(Posts.title.icontains("first") | Posts.content.icontains("first"), Posts.published)
        .order_by(Posts.created_at.desc()).limit(20).select(Post, User))
    print("found:", [(post.title, user.username) for post, user in found])

    pairs = db.fetch_all(from_(Users).left_join(Posts).select(User, maybe(Post)))      # list[tuple[User, Post | None]]
    print("pairs:", len(pairs))

    db.execute(delete_from(Users).find(alice.id))
    try:
        users.find_by_id(alice.id)
    except NotFound:
        print("gone, with", posts.count(), "posts left")


if __name__ == "__main__":
    with empty_database() as db:
        with db.connection() as connection:
            connection.execute(TABLES)
        main(db)
