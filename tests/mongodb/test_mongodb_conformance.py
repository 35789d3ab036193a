"""The suite of every provider, on MongoDB."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conformance import *  # noqa: F403 - its tests are these
from conformance import TABLES

from ferra_sync import MongoDatabase


@pytest.fixture(scope="module")
def opened(mongodb_url: str) -> Iterator[MongoDatabase]:
    with MongoDatabase.connect(mongodb_url) as db:
        db.create_collections(*TABLES)
        yield db


@pytest.fixture
def provided(opened: MongoDatabase, emptied: str) -> MongoDatabase:
    return opened
