"""MongoDB by name, among databases of other kinds."""

from __future__ import annotations

import subprocess
import sys

import pytest
from shelf import Book, Books, Loan, Loans

from ferra_sync import ConfigError, DatabaseConfig, Databases, MongoRepository


def test_a_repository_of_mongodb_is_asked_for_by_name(mongodb_url: str, mongo: object) -> None:
    with Databases({"default": mongodb_url, "other": DatabaseConfig(mongodb_url)}) as databases:
        databases.ping()
        books = databases.repository(Book)
        assert isinstance(books, MongoRepository)
        book = books.save(Book("Emma", 1815))
        assert databases.repository(Book, "other").find_by(Books.title == "Emma") == [book]
        loans = databases.repository(Loan)
        with databases.open().transaction() as tx:
            loans.insert_in_tx(tx, Loan("Ann"))
        assert loans.count(Loans.reader == "Ann") == 1
        with pytest.raises(ConfigError, match="is no PostgreSQL"):
            databases.get()


def test_no_config_shows_the_password_of_its_url() -> None:
    config = DatabaseConfig("mongodb://ann:secret@h/db?authSource=admin")
    assert "secret" not in repr(config)


def test_without_pymongo_the_extra_is_named() -> None:
    program = (
        "import importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'pymongo' else found(name, *rest)\n"
        "from ferra_sync import *\n"
        "try: Databases({'a': 'mongodb://h/db'}).open('a')\n"
        "except ConfigError as error: print(error)\n"
        "from ferra_sync import MongoDatabase"
    )
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    said = "MongoDatabase needs pymongo: pip install 'ferra-sync[mongodb]'"
    assert run.stdout.strip() == said
    assert run.stderr.splitlines()[-1] == f"ImportError: {said}"
