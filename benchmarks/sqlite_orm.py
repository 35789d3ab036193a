"""SQLAlchemy's ORM over SQLite, with 2.0's select() and a session for each piece of work."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import Uuid, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.probes.sqlite import ROWS, SESSION, Way


class Base(DeclarativeBase): ...


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    title: Mapped[str]
    stars: Mapped[int]
    published: Mapped[bool]
    created_at: Mapped[dt.datetime]


class Orm(Way):
    def __init__(self, path: Path) -> None:
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", lambda connection, _: [connection.execute(each) for each in SESSION])
        Base.metadata.create_all(self._engine)
        self._first = select(Note).limit(ROWS)

    def find_by_id(self, key: uuid.UUID) -> object:
        with Session(self._engine, expire_on_commit=False) as session:
            return session.get(Note, key)

    def insert(self, values: tuple[Any, ...]) -> object:
        key, title, stars, published, created_at = values
        with Session(self._engine, expire_on_commit=False) as session:
            note = Note(id=key, title=title, stars=stars, published=published, created_at=created_at)
            session.add(note)
            session.commit()
            return note

    def fetch_all(self, _: object) -> object:
        with Session(self._engine, expire_on_commit=False) as session:
            return session.scalars(self._first).all()

    def close(self) -> None:
        self._engine.dispose()
