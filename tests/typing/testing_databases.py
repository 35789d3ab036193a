"""What tests say of databases, models and statements: of which types that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

from domain import NewUser, Post, User
from hypothesis.strategies import SearchStrategy, integers

from ferra_sync import Database, QueryCounter, Transaction
from ferra_sync.testing import Server, assert_queries, models, rehearsal, rows


def make_tables(db: Database) -> None:
    db.ping()


def drawn(db: Database, tx: Transaction) -> None:
    assert_type(models(User), SearchStrategy[User])
    assert_type(models(NewUser, name="al"), SearchStrategy[NewUser])
    assert_type(rows(db, Post, User), SearchStrategy[Post])
    assert_type(rows(tx, Post, NewUser, id=integers()), SearchStrategy[Post])
    rows(db, NewUser)  # R1002 what is inserted is read again: a FerraModel
    rows(db, Post, int)  # R1003 a parent is a model
    models(int)  # R1004 a model


def counted(db: Database) -> None:
    with assert_queries(db, 2) as counter:
        assert_type(counter, QueryCounter)
    with assert_queries(db, at_most=2):
        pass
    with assert_queries(db, "2"):  # R1005 a number
        pass


def served(db: Database) -> Iterator[str]:
    with rehearsal(db) as rehearsed:
        assert_type(rehearsed, Database)
    with Server.at("postgresql://localhost", run="one") as server:
        assert_type(server, Server)
        template = server.template("films_1", make_tables)
        assert_type(template, str)
        server.template("films_1", len)  # R1006 what builds takes a database
        with server.fresh_database(template) as url:
            yield url
