"""The shop as a REST API, with a page to try it: `cd examples && PYTHONPATH=.. flask --app shop.app run`."""

from __future__ import annotations

from flask import Flask

from ferra_sync.integrations.flask import openapi_blueprint

from .answers import ferra
from .page import page
from .product_api import products, stock
from .user_api import users


def create_app(database_url: str | None = None) -> Flask:
    """Return the application, with its page at / and the API's at /docs; without a URL, DATABASE_URL has its database."""
    app = Flask(__name__)
    app.config["FERRA_DATABASE_URL"] = database_url
    ferra.init_app(app)
    for blueprint in (users, products, stock, page, openapi_blueprint(title="The shop")):
        app.register_blueprint(blueprint)
    return app
