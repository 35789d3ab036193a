"""Everything that a tutorial on Diesel and SQLx reads: one row, some, joined, filtered, paged, streamed, in batches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import attrs
from _database import database

from ferra_sync import (
    Executor,
    Filter,
    Page,
    PageParams,
    PgRepository,
    Unset,
    by,
    from_,
    insert_into,
    select,
)
from ferra_sync import functions as fn
from schema import NewUser, Post, Posts, User, UserProfile, Users


@attrs.frozen
class PostFilter(Filter[Posts]):
    user_id: UUID | Unset = by(Posts.user_id)
    published: bool | Unset = by(Posts.published)
    title_contains: str | Unset = by(Posts.title.icontains)
    created_after: datetime | Unset = by(Posts.created_at.__gt__)


def user_by_email(db: Executor, email: str) -> User:
    """Return the first row; NotFound where there is none."""
    return db.fetch_one(select(User).where(Users.email == email))


def find_user(db: Executor, id: UUID) -> User | None:
    return db.fetch_optional(select(User).find(id))


def find_user_by_email(db: Executor, email: str) -> User | None:
    return db.fetch_optional(select(User).where(Users.email == email))


def user_with_posts(db: Executor, id: UUID) -> tuple[User, list[Post]]:
    user = db.fetch_one(select(User).find(id))
    return user, db.fetch_all(select(Post).belonging_to(user).where(Posts.published).order_by(Posts.created_at.desc()))


def posts_of_user(db: Executor, user_id: UUID) -> list[Post]:
    return db.fetch_all(select(Post).where(Posts.user_id == user_id).order_by(Posts.created_at.desc()))


def search_posts(db: Executor, words: str) -> list[tuple[Post, UserProfile]]:
    return db.fetch_all(
        from_(Posts)
        .inner_join(Users)
        .where(Posts.title.icontains(words) | Posts.content.icontains(words), Posts.published)
        .order_by(Posts.created_at.desc())
        .limit(20)
        .select(Post, UserProfile)
    )


def search_users(db: Executor, prefix: str) -> list[User]:
    return db.fetch_all(select(User).where(Users.username.startswith(prefix)).order_by(Users.username).limit(10))


def posts_with_filter(db: Executor, asked: PostFilter) -> list[Post]:
    return db.fetch_all(select(Post).filter(asked).order_by(Posts.created_at.desc()))


def count_of_published(db: Executor) -> int:
    return db.fetch_value(from_(Posts).where(Posts.published).select(fn.count()))


def page_of_posts(db: Executor, asked: PageParams) -> Page[Post]:
    newest = select(Post).where(Posts.published).order_by(Posts.created_at.desc())
    return db.fetch_page(newest, asked.page, asked.per_page)


def export_posts(db: Executor, write: Callable[[UUID, str], None]) -> int:
    """Call `write` for each published post, of which no more than a few are in memory; return how many there are."""
    exported = 0
    published = from_(Posts).where(Posts.published).order_by(Posts.created_at.desc())
    for post_id, title, _, _ in db.stream(published.select(Posts.id, Posts.title, Posts.content, Posts.created_at)):
        write(post_id, title)
        exported += 1
    return exported


def users_in_batches(db: Executor, size: int, process: Callable[[list[User]], None]) -> None:
    for batch in db.batches(select(User), size=size):
        process(batch)


def is_healthy(db: Executor) -> bool:
    return db.fetch_value(select(fn.literal(1))) == 1


def main(db: Executor) -> None:
    new = [NewUser(name, f"{name}@example.org", name.title(), "no hash") for name in ("alice", "alan", "bob")]
    alice, _, bob = db.fetch_all(insert_into(Users).values(*new).returning(User))
    first, second, third = (datetime(2025, 3, day, tzinfo=UTC) for day in (1, 2, 3))
    PgRepository(Post, db).insert_many(
        [
            Post(alice.id, "The first", "Some text", published=True, created_at=first),
            Post(alice.id, "The second", "More of it", published=True, created_at=second),
            Post(bob.id, "A draft", "Some text", created_at=third),
        ]
    )
    print("by email:", user_by_email(db, "bob@example.org") == bob, find_user_by_email(db, "nobody@example.org"))
    print("by id:", find_user(db, alice.id) == alice, find_user(db, UUID(int=0)))
    user, posts = user_with_posts(db, alice.id)
    print("with posts:", user.username, [post.title for post in posts])
    print("Bob's:", [post.title for post in posts_of_user(db, bob.id)])
    print("found:", [(post.title, author.username) for post, author in search_posts(db, "TEXT")])
    print("users:", [each.username for each in search_users(db, "al")])
    all_asked = PostFilter.parse(f"user_id={alice.id}&published=yes&title_contains=the&created_after={first}")
    for asked in (PostFilter(), PostFilter(published=False), all_asked):
        print("filtered:", [post.title for post in posts_with_filter(db, asked)])
    page = page_of_posts(db, PageParams.parse("page=2&per_page=1"))
    print("paged:", [post.title for post in page.items], page.total_pages, count_of_published(db))
    exported: list[str] = []
    print("exported:", export_posts(db, lambda _, title: exported.append(title)), exported)
    sizes: list[int] = []
    users_in_batches(db, 2, lambda batch: sizes.append(len(batch)))
    print("statements:", len({select(User).find(each.id).sql().text for each in (alice, bob)}))  # prepared once
    print("batches:", sizes, "healthy:", is_healthy(db))


if __name__ == "__main__":
    with database() as db:
        main(db)
