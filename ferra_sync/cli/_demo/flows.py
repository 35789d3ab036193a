"""Films by repository; users and their posts by query."""

from __future__ import annotations

from typing import Any, Final, NoReturn
from uuid import UUID

import attrs

from ferra_sync import (
    Conflict,
    Database,
    NotFound,
    PgRepository,
    Predicate,
    Select,
    Transaction,
    delete_from,
    from_,
    functions,
    insert_into,
    select,
    update,
)
from ferra_sync.cli._demo.domain import Film, Films, NewUser, Post, PostPatch, Posts, User, Users
from ferra_sync.cli._demo.steps import DemoError, Journal, Running

_NUMBER_OF_POSTS: Final = 1_000
_EVEN_880S: Final = range(880, 890, 2)


def films(db: Database, journal: Journal) -> None:
    """Insert, read, update, page, write two in a transaction, delete."""
    repo = PgRepository(Film, db)
    with journal.step("insert a film") as step:
        film = repo.insert(Film("Blade Runner", 1982))
        step.expect("the film", film, Film("Blade Runner", 1982, archived=False, id=film.id))
        step.did(1)
    with journal.step("find it by id") as step:
        step.expect("the film", repo.find_by_id(film.id), film)
        step.did(1)
    with journal.step("update it") as step:
        archived = repo.update(film.id, attrs.evolve(film, archived=True))
        step.expect("archived", archived.archived, wanted=True)
        step.did(1)
    with journal.step("insert two in one transaction") as step, db.transaction() as tx:
        repo.insert_in_tx(tx, Film("Alien", 1979))
        repo.insert_in_tx(tx, Film("2001: A Space Odyssey", 1968))
        step.did(2)
    with journal.step("read a page") as step:
        page = repo.find_page(1, 2)
        step.expect("the page", (len(page.items), page.total, page.total_pages, page.has_next), (2, 3, 2, True))
        step.did(len(page.items))
    with journal.step("insert a title twice: Conflict") as step:
        _expect_conflict(step, repo)
    with journal.step("delete it, then look: NotFound") as step:
        repo.delete(film.id)
        _expect_not_found(step, repo, film.id)


def _expect_conflict(step: Running, repo: PgRepository[Film]) -> None:
    try:
        repo.insert(Film("Alien"))
    except Conflict as error:
        step.expect("the error", str(error), 'unique constraint "films_title_key" violated on column "title"')
        step.expect("the number of films", repo.count(), 3)
        step.did(1)
        return
    raise DemoError(f"{step.title}: the second was not refused")


def _expect_not_found(step: Running, repo: PgRepository[Film], id: int) -> None:
    try:
        repo.find_by_id(id)
    except NotFound as error:
        step.expect("the error", str(error), f"films/{id} not found")
        step.expect("the films left", repo.count(Films.id == id), 0)
        step.did(1)
        return
    raise DemoError(f"{step.title}: it is still there")


def users_and_posts(db: Database, journal: Journal) -> None:
    """Write users and their posts, find them in several ways, publish many at once, delete."""
    with journal.step("create a user") as step:
        created = db.fetch_one(insert_into(Users).values(NewUser("alice", "alice@example.org", "…")).returning(User))
        step.expect("the name", created.username, "alice")
        step.did(1)
    with journal.step("find the user by email") as step:
        step.expect("the user", db.fetch_one(select(User).where(Users.email == "alice@example.org")), created)
        step.did(1)
    with journal.step("change the username") as step:
        alice = db.fetch_one(update(Users).find(created.id).set(Users.username.to("al")).returning(User))
        step.expect("the name", alice.username, "al")
        step.expect("updated_at moved", alice.updated_at > created.updated_at, wanted=True)
        step.did(1)
    _posts(db, journal, alice)
    with journal.step("a user and a first post, atomically") as step:
        author, post = db.run_in_transaction(_introduce)
        step.expect("the author", post.user_id, author.id)
        step.did(2)
    with journal.step("an error rolls back") as step:
        _expect_rollback(step, db)
    with journal.step("delete the user; posts go too") as step:
        step.expect("the users deleted", db.execute(delete_from(Users).find(alice.id)), 1)
        left = db.fetch_value(from_(Posts).where(Posts.user_id == alice.id).select(functions.count()))
        step.expect("the posts left", left, 0)
        step.did(1 + _NUMBER_OF_POSTS)


def _posts(db: Database, journal: Journal, alice: User) -> None:
    with journal.step("insert 1,000 posts", _NUMBER_OF_POSTS) as step:
        written = [Post(alice.id, f"Post {number}", f"The text number {number}") for number in range(_NUMBER_OF_POSTS)]
        posts = PgRepository(Post, db).insert_many(written)
        step.expect("the titles", [post.title for post in posts], [post.title for post in written])
        step.did(len(posts))
    with journal.step("publish half of them by id list") as step:
        ids = [post.id for post in posts[::2]]
        published = db.execute(update(Posts).where(Posts.id.is_in(ids)).set(PostPatch(published=True)))
        step.expect("the posts published", published, len(ids))
        step.did(published)
    with journal.step("the user's posts, newest first") as step:
        mine = db.fetch_all(select(Post).belonging_to(alice).where(Posts.published).order_by(Posts.created_at.desc()))
        step.expect("the posts", {post.id for post in mine}, set(ids))
        step.did(len(mine))
    with journal.step("search posts, with their authors") as step:
        found = db.fetch_all(_search("number 88"))
        step.expect("the titles", [post.title for post, _ in found], ["Post 88", *(f"Post {n}" for n in _EVEN_880S)])
        step.expect("the authors", [author for _, author in found], [alice] * len(found))
        step.did(len(found))
    with journal.step("filter by what is given") as step:
        filtered = db.fetch_all(PostFilter(user_id=alice.id, published=False, title_contains="post 99").query())
        step.expect("the titles", {post.title for post in filtered}, {f"Post {n}" for n in (99, *range(991, 1000, 2))})
        step.expect("the posts without a filter", len(db.fetch_all(PostFilter().query())), _NUMBER_OF_POSTS)
        step.did(len(filtered))


def _search(text: str) -> Select[Any, Any, tuple[Post, User]]:
    return (
        from_(Posts)
        .inner_join(Users)
        .where(Posts.title.icontains(text) | Posts.content.icontains(text), Posts.published)
        .order_by(functions.length(Posts.title), Posts.title)
        .limit(20)
        .select(Post, User)
    )


@attrs.frozen
class PostFilter:
    """Which posts to look for; what is None does not matter."""

    user_id: UUID | None = None
    published: bool | None = None
    title_contains: str | None = None

    def query(self) -> Select[Any, Any, Post]:
        """Return the query for what is given."""
        predicates: list[Predicate[Posts]] = []
        if self.user_id is not None:
            predicates.append(Posts.user_id == self.user_id)
        if self.published is not None:
            predicates.append(Posts.published == self.published)
        if self.title_contains is not None:
            predicates.append(Posts.title.icontains(self.title_contains))
        return select(Post).where(*predicates).order_by(Posts.created_at.desc())


def _introduce(tx: Transaction) -> tuple[User, Post]:
    new = NewUser("charlie", "charlie@example.org", "…")
    user = tx.fetch_one(insert_into(Users).values(new).returning(User))
    post = tx.fetch_one(insert_into(Posts).values(Post(user.id, "My introduction", "Hello!")).returning(Post))
    return user, post


class _ChangedMyMindError(Exception):
    pass


def _change_my_mind() -> NoReturn:
    raise _ChangedMyMindError


def _expect_rollback(step: Running, db: Database) -> None:
    try:
        with db.transaction() as tx:
            tx.execute(insert_into(Users).values(NewUser("dora", "dora@example.org", "…")))
            _change_my_mind()
    except _ChangedMyMindError:
        dora = db.fetch_optional(select(User).where(Users.username == "dora"))
        step.expect("the user", dora, None)
        step.did(1)
