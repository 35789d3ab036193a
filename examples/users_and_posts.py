"""Queries over two tables: insert, find, join, filter by what is given, publish many, delete."""

from __future__ import annotations

from typing import Any

from _database import database

from ferra_sync import Database, Predicate, Select, delete_from, from_, functions, insert_into, maybe, select, update
from schema import NewPost, NewUser, Post, Posts, UserProfile, Users


def search(text: str) -> Select[Any, Any, tuple[Post, UserProfile]]:
    found = Posts.title.icontains(text) | Posts.content.icontains(text)
    joined = from_(Posts).inner_join(Users).where(found, Posts.published)
    return joined.order_by(Posts.created_at.desc(), Posts.title).limit(20).select(Post, UserProfile)


def matching(*, published: bool | None = None, title: str | None = None) -> Select[Any, Any, Post]:
    wanted: list[Predicate[Posts]] = []
    if published is not None:
        wanted.append(Posts.published == published)
    if title is not None:
        wanted.append(Posts.title.icontains(title))
    return select(Post).where(*wanted).order_by(Posts.title)


def main(db: Database) -> None:
    new = NewUser("alice", "alice@example.org", "Alice", "not a real hash")
    alice = db.fetch_one(insert_into(Users).values(new).returning(UserProfile))
    print("created:", alice)
    assert db.fetch_one(select(UserProfile).where(Users.email == "alice@example.org")) == alice
    renamed = db.fetch_one(update(Users).find(alice.id).set(Users.username.to("al")).returning(UserProfile))
    print("renamed:", renamed.username)

    drafts = [NewPost(alice.id, f"My {nth} post", "Some text") for nth in ("first", "second", "third")]
    posts = db.fetch_all(insert_into(Posts).values(*drafts).returning(Post))
    ids = [post.id for post in posts[:2]]
    print("published:", db.execute(update(Posts).where(Posts.id.is_in(ids)).set(Posts.published.to(value=True))))
    for post, author in db.fetch_all(search("POST")):
        print(f"  {post.title!r} by {author.username}")
    print("drafts:", [post.title for post in db.fetch_all(matching(published=False, title="my"))])
    print("Alice's:", len(db.fetch_all(select(Post).belonging_to(alice).where(Posts.published))))

    db.execute(insert_into(Users).values(NewUser("bob", "bob@example.org", "Bob", "not a real hash")))
    pairs = db.fetch_all(from_(Users).left_join(Posts).order_by(Users.username).select(UserProfile, maybe(Post)))
    print("with and without posts:", [(user.username, post and post.title) for user, post in pairs])

    db.execute(delete_from(Users).find(alice.id))
    print("posts after the user is deleted:", db.fetch_value(from_(Posts).select(functions.count())))


if __name__ == "__main__":
    with database() as db:
        main(db)
