"""ferra_sync in Flask: `Ferra` for the database of an application, `crud_blueprint` for the rows of a table as REST.

ferra = Ferra()

def create_app() -> Flask:
    app = Flask(__name__)
    app.config["FERRA_DATABASE_URL"] = "postgresql://…"
    ferra.init_app(app)
    app.register_blueprint(crud_blueprint(Film, create=NewFilm))
    app.register_blueprint(openapi_blueprint())
    return app
"""

from __future__ import annotations

try:
    import flask as _flask  # noqa: F401 - looked for before its parts are
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] != "flask":
        raise
    raise ModuleNotFoundError(
        "ferra_sync.integrations.flask needs Flask: pip install 'ferra-sync[flask]'", name="flask"
    ) from None

from ferra_sync._expression.published import publish
from ferra_sync._http.listing import Listing
from ferra_sync._http.problems import Problem, ProblemCodes, ProblemError
from ferra_sync.integrations._flask.blueprint import CrudOptions, crud_blueprint
from ferra_sync.integrations._flask.documents import openapi_blueprint
from ferra_sync.integrations._flask.extension import Ferra, FerraState
from ferra_sync.integrations._flask.views import json_response, request_body

__all__ = [
    "CrudOptions",
    "Ferra",
    "FerraState",
    "Listing",
    "Problem",
    "ProblemCodes",
    "ProblemError",
    "crud_blueprint",
    "json_response",
    "openapi_blueprint",
    "request_body",
]

publish(__name__, __all__)
