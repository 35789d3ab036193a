"""Everything that a tutorial on Diesel and SQLx writes: one row, two that belong together, many, and none that stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import attrs
from _database import database

from ferra_sync import (
    Conflict,
    Database,
    Executor,
    NotFound,
    PgRepository,
    delete_from,
    from_,
    insert_into,
    truncate,
    update,
)
from ferra_sync import functions as fn
from schema import NewPost, NewUser, Post, Posts, User, Users


@attrs.frozen
class CreateUserRequest:
    """What a visitor sends."""

    username: str
    email: str
    password: str = attrs.field(repr=False)


def hash_password(password: str) -> str:
    """Stand in for argon2 or its like."""
    return f"hashed_{len(password)}"


def new_user(asked: CreateUserRequest) -> NewUser:
    return NewUser(asked.username, asked.email, asked.username.title(), hash_password(asked.password))


def create_user(db: Executor, asked: CreateUserRequest) -> User:
    """Insert a user and return it as the server has it, with its key and its stamps."""
    return db.fetch_one(insert_into(Users).values(new_user(asked)).returning(User))


def create_post(db: Executor, post: NewPost) -> Post:
    return db.fetch_one(insert_into(Posts).values(post).returning(Post))


def update_username(db: Executor, user_id: UUID, username: str) -> User:
    """Rename a user; `updated_at` is stamped too. NotFound where there is no such user."""
    return db.fetch_one(update(Users).find(user_id).set(Users.username.to(username)).returning(User))


def delete_user(db: Executor, user_id: UUID) -> bool:
    """Return whether there was such a user."""
    return db.execute(delete_from(Users).find(user_id)) > 0


def create_user_with_initial_post(
    db: Database, asked: CreateUserRequest, title: str, content: str
) -> tuple[User, Post]:
    """Insert both or neither."""
    with db.transaction() as tx:
        user = create_user(tx, asked)
        return user, create_post(tx, NewPost(user.id, title, content, published=True))


def bulk_insert_users(db: Executor, asked: Iterable[CreateUserRequest]) -> list[User]:
    """Insert any number of users by one statement, all or none; return them in the order given."""
    rows = [attrs.asdict(new_user(each)) for each in asked]
    return PgRepository(User, db).insert_many(User(**row) for row in rows)


def bulk_update_post_status(db: Executor, post_ids: Sequence[UUID], *, published: bool) -> int:
    """Set the status of any number of posts by one statement; return how many there were."""
    return db.execute(update(Posts).where(Posts.id.is_in(post_ids)).set(Posts.published.to(published)))


def cleanup(db: Executor) -> None:
    """Leave nothing behind: what tests do between one and the next."""
    db.execute(truncate(Users, Posts, cascade=True))


def main(db: Database) -> None:
    bob = create_user(db, CreateUserRequest("bob", "bob@example.com", "secure_password"))
    post = create_post(db, NewPost(bob.id, "Hello", "A toolkit for synchronous Python"))
    print("created:", bob.username, bob.password_hash, post.title, post.published)
    renamed = update_username(db, bob.id, "robert")
    print("renamed:", renamed.username, renamed.updated_at > bob.updated_at)

    charlie = CreateUserRequest("charlie", "charlie@example.com", "password123")
    user, post = create_user_with_initial_post(db, charlie, "My introduction", "Hello, I'm new here!")
    print("with a post:", user.username, post.title, post.user_id == user.id)
    try:
        create_user_with_initial_post(db, charlie, "Again", "The name is taken, so there is no post either")
    except Conflict as error:
        print("refused:", error)
    print("posts:", db.fetch_value(from_(Posts).select(fn.count())))

    asked = [CreateUserRequest(f"user{n}", f"user{n}@example.com", "password") for n in range(1_000)]
    users = bulk_insert_users(db, asked)
    print("in order:", [each.username for each in users] == [each.username for each in asked])
    drafts = [create_post(db, NewPost(each.id, "A draft", "…")) for each in users[:3]]
    print("published:", bulk_update_post_status(db, [draft.id for draft in drafts], published=True))

    print("deleted:", delete_user(db, bob.id), delete_user(db, bob.id))
    try:
        update_username(db, bob.id, "bobby")
    except NotFound:
        print("nobody of that key")
    cleanup(db)
    print("left:", db.fetch_value(from_(Users).select(fn.count())))


if __name__ == "__main__":
    with database() as db:
        main(db)
