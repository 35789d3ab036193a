"""SQLAlchemy's ORM over psycopg 3, with 2.0's select() and a session for each piece of work."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import conninfo
from sqlalchemy import ForeignKey, String, Text, create_engine, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

from benchmarks.case import POOL_SIZE, Contender, Given, Run
from benchmarks.cases.filter import LIMIT, Wanted
from benchmarks.cases.page import PER_PAGE
from benchmarks.cases.stream import BATCH, CHUNK, total


class Base(DeclarativeBase):
    type_annotation_map = {dt.datetime: TIMESTAMP(timezone=True)}  # noqa: RUF012 - SQLAlchemy's way


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    username: Mapped[str] = mapped_column(String(50), unique=True)
    email: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Article(Base):
    __tablename__ = "articles"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("authors.id"))
    title: Mapped[str] = mapped_column(String(255))
    content: Mapped[str] = mapped_column(Text)
    published: Mapped[bool] = mapped_column(default=False)
    subtitle: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    title: Mapped[str] = mapped_column(String(255))
    content: Mapped[str] = mapped_column(Text)
    stars: Mapped[int]
    published: Mapped[bool]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Event(Base):
    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[int]
    payload: Mapped[str]
    happened_at: Mapped[dt.datetime]


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    hair_color: Mapped[str | None]
    posts: Mapped[list[Post]] = relationship(back_populates="user")


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]
    body: Mapped[str | None]
    user: Mapped[User] = relationship(back_populates="posts")
    comments: Mapped[list[Comment]] = relationship(back_populates="post")


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    text: Mapped[str]
    post: Mapped[Post] = relationship(back_populates="comments")


def note_values(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return the dictionaries that a bulk INSERT takes."""
    return [{"title": a, "content": b, "stars": c, "published": d} for a, b, c, d in rows]


def keyed_values(rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return the dictionaries that an upsert and a bulk UPDATE take."""
    return [{"id": key, **values} for (key, *_), values in zip(rows, note_values(row[1:] for row in rows), strict=True)]


class SqlalchemyOrm(Contender):
    slug = "sqlalchemy_orm"
    name = "SQLAlchemy ORM"
    order = 20

    def __init__(self, url: str) -> None:
        self.engine = create_engine(
            "postgresql+psycopg://", connect_args=conninfo.conninfo_to_dict(url), pool_size=POOL_SIZE, max_overflow=0
        )

    def close(self) -> None:
        self.engine.dispose()

    def _session(self) -> Session:
        return Session(self.engine, expire_on_commit=False)

    def find_by_id(self) -> Run:
        def run(key: object) -> object:
            with self._session() as session:
                return session.get(Author, key)

        return run

    def fetch_all(self) -> Run:
        return self._all(select(Author))

    def join(self) -> Run:
        def run(_: object) -> object:
            with self._session() as session:
                return session.execute(select(Article, Author).join(Author, Article.author_id == Author.id)).all()

        return run

    def filter(self) -> Run:
        def run(wanted: Wanted) -> object:
            with self._session() as session:
                return session.scalars(filtered(select(Article), Article, wanted)).all()

        return run

    def insert(self) -> Run:
        def run(values: tuple[Any, ...]) -> object:
            author, title, content, published = values
            with self._session() as session:
                article = Article(author_id=author, title=title, content=content, published=published)
                session.add(article)
                session.commit()
                return article

        return run

    def insert_many(self) -> Run:
        def run(rows: Any) -> object:
            notes = [Note(title=a, content=b, stars=c, published=d) for a, b, c, d in rows]
            with self._session() as session:
                session.add_all(notes)
                session.commit()
            return notes

        return run

    def copy_in(self) -> Run:
        def run(given: Any) -> object:
            with self._session() as session:
                session.execute(insert(Note), given)
                session.commit()
                return len(given)

        return Given(note_values, run)

    def upsert_many(self) -> Run:
        upsert = postgresql.insert(Note)
        written = {name: upsert.excluded[name] for name in ("title", "content", "stars", "published")}

        def run(given: Any) -> object:
            with self._session() as session:
                session.execute(upsert.on_conflict_do_update(index_elements=[Note.id], set_=written), given)
                session.commit()
                return given

        return Given(keyed_values, run)

    def update_many(self) -> Run:
        def run(given: Any) -> object:
            with self._session() as session:
                session.execute(update(Note), given)
                session.commit()
                return len(given)

        return Given(keyed_values, run)

    def is_in(self) -> Run:
        def run(keys: Any) -> object:
            with self._session() as session:
                changed = session.execute(
                    update(Article).where(Article.id.in_(keys)).values(subtitle="changed"),
                    execution_options={"synchronize_session": False},
                )
                session.commit()
                return changed.rowcount

        return run

    def page(self) -> Run:
        def run(page: int) -> object:
            with self._session() as session:
                wanted = select(Author).order_by(Author.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
                items = session.scalars(wanted).all()
                return items, session.scalar(select(func.count()).select_from(Author))

        return run

    def stream(self) -> Run:
        def run(_: object) -> object:
            with self._session() as session:
                return total(session.scalars(select(Event).execution_options(yield_per=CHUNK)))

        return run

    def batches(self) -> Run:
        query = select(Event).order_by(Event.id).execution_options(yield_per=BATCH)

        def run(_: object) -> object:
            with self._session() as session:
                return sum(total(batch) for batch in session.scalars(query).partitions())

        return run

    def keyset(self) -> Run:
        query = select(Event).order_by(Event.happened_at.desc(), Event.id.desc()).limit(20)

        def run(before: int) -> object:
            with self._session() as session:
                return session.scalars(query.offset(before)).all()

        return run

    def trivial(self) -> Run:
        return self._all(select(User))

    def medium(self) -> Run:
        def run(color: str) -> object:
            with self._session() as session:
                wanted = select(User, Post).outerjoin(Post).where(User.hair_color == color)
                return session.execute(wanted).all()

        return run

    def associations(self) -> Run:
        return self._all(select(User).options(selectinload(User.posts).selectinload(Post.comments)))

    def insert_users(self) -> Run:
        def run(rows: Any) -> object:
            with self._session() as session:
                session.execute(insert(User), [{"name": name, "hair_color": color} for name, color in rows])
                session.commit()
                return len(rows)

        return run

    def _all(self, query: Any) -> Run:
        def run(_: object) -> object:
            with self._session() as session:
                return session.scalars(query).all()

        return run


def filtered(query: Any, article: Any, wanted: Wanted) -> Any:  # noqa: C901 - one `if` for each field
    """Return the query with what is wanted of `article`, the class or the columns of its table."""
    if wanted.author is not None:
        query = query.where(article.author_id == wanted.author)
    if wanted.published is not None:
        query = query.where(article.published == wanted.published)
    if wanted.since is not None:
        query = query.where(article.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(article.created_at < wanted.until)
    if wanted.title is not None:
        query = query.where(article.title.startswith(wanted.title, autoescape=True))
    if wanted.subtitled:
        query = query.where(article.subtitle.is_not(None))
    if wanted.other_than is not None:
        query = query.where(article.id != wanted.other_than)
    if wanted.content is not None:
        query = query.where(article.content.contains(wanted.content, autoescape=True))
    return query.order_by(article.created_at.desc()).limit(LIMIT)


CONTENDERS = [SqlalchemyOrm]
