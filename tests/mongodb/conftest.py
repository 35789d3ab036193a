"""A server of MongoDB's protocol for the tests: that of MONGODB_URL, or the MongoDB protocol on WiredTiger."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pymongo
import pytest
from shelf import Books, Kept, Loans, Numbers, Shelves, Versions

from ferra_sync import MongoDatabase

SERVER = Path(sys.executable).with_name("secantusd-py")


@pytest.fixture(scope="session")
def mongodb_server() -> Iterator[str]:
    given = os.environ.get("MONGODB_URL")
    if given:
        yield given.rstrip("/")
        return
    if not SERVER.is_file():
        raise FileNotFoundError("no MongoDB for tests: pip install -e '.[dev]' has secantusdb; or set MONGODB_URL")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(port), "--storage-path", folder, "--sync-on-commit"]
        process = subprocess.Popen([SERVER, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        try:
            url = f"mongodb://127.0.0.1:{port}"
            with pymongo.MongoClient(url, serverSelectionTimeoutMS=30_000) as client:
                client.admin.command("ping")
            yield url
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def mongodb_url(mongodb_server: str) -> Iterator[str]:
    """The URL of a database of this module's own."""
    name = f"ferra_test_{uuid4().hex[:12]}"
    yield f"{mongodb_server}/{name}"
    with pymongo.MongoClient(mongodb_server) as client:
        client.drop_database(name)


@pytest.fixture(scope="module")
def shelf_db(mongodb_url: str) -> Iterator[MongoDatabase]:
    with MongoDatabase.connect(mongodb_url) as db:
        db.create_collections(Books, Shelves, Loans, Numbers, Versions, Kept)
        yield db


@pytest.fixture
def emptied(mongodb_url: str) -> str:
    """The URL of the module's database, its collections empty."""
    with pymongo.MongoClient(mongodb_url) as client:
        database = client.get_default_database()
        for name in database.list_collection_names():
            database[name].delete_many({})
    return mongodb_url


@pytest.fixture
def mongo(shelf_db: MongoDatabase, emptied: str) -> MongoDatabase:
    return shelf_db
