"""An application over the reference domain, of which each test is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest
from databases import fresh_database
from flask import Flask
from flask.testing import FlaskClient

from ferra_sync import Database, Filter, Sort, Unset, by
from ferra_sync.integrations.flask import CrudOptions, Ferra, Listing, ProblemCodes, crud_blueprint
from schema import Film, FilmPatch, Films, NewFilm, NewUser, Product, User, UserPatch, Users


@attrs.frozen
class FilmFilter(Filter[Films]):
    """Which films."""

    title: str | Unset = by(Films.title.icontains)
    since: int | Unset = by(Films.release_year.__ge__)
    release_year: int | None | Unset = by(Films.release_year)
    archived: bool | Unset = by(Films.archived)


CODES = ProblemCodes(not_found={"products": "PRODUCT_NOT_FOUND"}, conflict={"products_sku_key": "DUPLICATE_SKU"})


def add_resources(app: Flask) -> None:
    """Films by pages, products by keyset with all that is by default, users with their secret."""
    listing = Listing(FilmFilter, Sort.of(Films.title, Films.id))
    app.register_blueprint(crud_blueprint(Film, create=NewFilm, change=FilmPatch, listing=listing))
    app.register_blueprint(crud_blueprint(Product, listing=Listing(paging="keyset", max_per_page=3)))
    users = crud_blueprint(
        User,
        create=NewUser,
        change=UserPatch,
        listing=Listing(sort=Sort.of(Users.username)),
        options=CrudOptions(name="people", operations=("list", "get", "create", "change")),
    )
    app.register_blueprint(users, url_prefix="/api/users")


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
