"""An application over the reference domain, of which each test is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from databases import fresh_database
from flask import Flask
from flask.testing import FlaskClient
from integrations_app import CODES, add_resources

from ferra_sync import Database
from ferra_sync.integrations.flask import Ferra


@pytest.fixture(scope="module")
def module_db(server_url: str, domain_template: str) -> Iterator[Database]:
    with fresh_database(server_url, template=domain_template) as url, Database.connect(url) as db:
        yield db


@pytest.fixture(scope="module")
def ferra(module_db: Database) -> Ferra:
    return Ferra(codes=CODES, database=module_db)


@pytest.fixture(scope="module")
def app(ferra: Ferra) -> Flask:
    app = Flask("films")
    ferra.init_app(app)
    add_resources(app)
    return app


@pytest.fixture
def client(app: Flask, ferra: Ferra) -> Iterator[FlaskClient]:
    """A client whose requests are undone at the end of the test."""
    with ferra.testing(app):
        yield app.test_client()
