"""The resources of the tests: the reference domain as REST."""

from __future__ import annotations

import attrs
from flask import Flask

from ferra_sync import Filter, Sort, Unset, by
from ferra_sync.integrations.flask import CrudOptions, Listing, ProblemCodes, crud_blueprint
from schema import Film, FilmPatch, Films, NewFilm, NewUser, Product, User, UserPatch, Users


@attrs.frozen
class FilmFilter(Filter[Films]):
    """Which films."""

    title: str | Unset = by(Films.title.icontains)
    since: int | Unset = by(Films.release_year.__ge__)
    release_year: int | Unset | None = by(Films.release_year)
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
