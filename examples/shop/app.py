"""The shop as a REST API: `cd examples && flask --app shop.app run`."""

from __future__ import annotations

from flask import Flask

from ferra_sync.integrations.flask import openapi_blueprint

from .answers import ferra
from .product_api import products, stock
from .user_api import users


def create_app(database_url: str | None = None) -> Flask:
    """Return the application, which has a page at /docs; without a URL, DATABASE_URL says where its database is."""
    app = Flask(__name__)
    app.config["FERRA_DATABASE_URL"] = database_url
    ferra.init_app(app)
    for blueprint in (users, products, stock, openapi_blueprint(title="The shop")):
        app.register_blueprint(blueprint)
    return app
