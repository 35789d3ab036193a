"""SQLAlchemy Core over psycopg 3: the same tables as the ORM's, rows instead of objects."""

from __future__ import annotations

from typing import Any

from psycopg import conninfo
from sqlalchemy import create_engine, func, insert, select, update

from benchmarks.case import POOL_SIZE, Contender, Given, Run
from benchmarks.cases.filter import Wanted
from benchmarks.cases.page import PER_PAGE
from benchmarks.cases.stream import BATCH, CHUNK, total
from benchmarks.contenders import sqlalchemy_orm as orm

_AUTHORS, _ARTICLES, _EVENTS = orm.Author.__table__, orm.Article.__table__, orm.Event.__table__
_NOTES, _USERS = orm.Note.__table__, orm.User.__table__


class SqlalchemyCore(Contender):
    slug = "sqlalchemy_core"
    name = "SQLAlchemy Core"
    order = 15

    def __init__(self, url: str) -> None:
        self.engine = create_engine(
            "postgresql+psycopg://", connect_args=conninfo.conninfo_to_dict(url), pool_size=POOL_SIZE, max_overflow=0
        )

    def close(self) -> None:
        self.engine.dispose()

    def find_by_id(self) -> Run:
        def run(key: object) -> object:
            with self.engine.connect() as connection:
                return connection.execute(select(_AUTHORS).where(_AUTHORS.c.id == key)).first()

        return run

    def fetch_all(self) -> Run:
        return self._all(select(_AUTHORS))

    def trivial(self) -> Run:
        return self._all(select(_USERS))

    def filter(self) -> Run:
        def run(wanted: Wanted) -> object:
            with self.engine.connect() as connection:
                return connection.execute(orm.filtered(select(_ARTICLES), _ARTICLES.c, wanted)).all()

        return run

    def insert(self) -> Run:
        def run(values: tuple[Any, ...]) -> object:
            given = dict(zip(("author_id", "title", "content", "published"), values, strict=True))
            with self.engine.begin() as connection:
                return connection.execute(insert(_ARTICLES).values(given).returning(_ARTICLES)).one()

        return run

    def insert_many(self) -> Run:
        def run(rows: Any) -> object:
            given = orm.note_values(rows)
            with self.engine.begin() as connection:
                statement = insert(_NOTES).returning(_NOTES, sort_by_parameter_order=True)
                return connection.execute(statement, given).all()

        return run

    def copy_in(self) -> Run:
        def run(given: Any) -> object:
            with self.engine.begin() as connection:
                connection.execute(insert(_NOTES), given)
                return len(given)

        return Given(orm.note_values, run)

    def is_in(self) -> Run:
        def run(keys: Any) -> object:
            with self.engine.begin() as connection:
                statement = update(_ARTICLES).where(_ARTICLES.c.id.in_(keys)).values(subtitle="changed")
                return connection.execute(statement).rowcount

        return run

    def page(self) -> Run:
        def run(page: int) -> object:
            with self.engine.connect() as connection:
                wanted = select(_AUTHORS).order_by(_AUTHORS.c.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
                items = connection.execute(wanted).all()
                return items, connection.scalar(select(func.count()).select_from(_AUTHORS))

        return run

    def stream(self) -> Run:
        def run(_: object) -> object:
            with self.engine.connect() as connection:
                return total(connection.execution_options(yield_per=CHUNK).execute(select(_EVENTS)))

        return run

    def batches(self) -> Run:
        query = select(_EVENTS).order_by(_EVENTS.c.id)

        def run(_: object) -> object:
            with self.engine.connect() as connection:
                result = connection.execution_options(yield_per=BATCH).execute(query)
                return sum(total(batch) for batch in result.partitions())

        return run

    def _all(self, query: Any) -> Run:
        def run(_: object) -> object:
            with self.engine.connect() as connection:
                return connection.execute(query).all()

        return run


CONTENDERS = [SqlalchemyCore]
