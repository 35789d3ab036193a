"""The OpenAPI document of an application's resources, and the page that shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Flask, Response, current_app, request

from ferra_sync._http.exchange import JSON
from ferra_sync._http.openapi import Served, document
from ferra_sync._http.page import page_of_api
from ferra_sync._http.resource import OPERATIONS, Operation
from ferra_sync.integrations._flask.blueprint import CrudBlueprint

_SEGMENT: Final = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


def openapi_blueprint(*, title: str = "", version: str = "1") -> Blueprint:
    """Return a blueprint with `/openapi.json`, of all resources of the application, and `/docs`, a page to try them.

    Args:
        title: of the API; "": the application's name.
        version: of the API.
    """
    blueprint = Blueprint("openapi", __name__)

    def openapi() -> Response:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy
        found = document(title or app.name, version, _served(app))
        if request.root_path:
            found["servers"] = [{"url": request.root_path}]
        return Response(json.dumps(found), content_type=JSON)

    def docs() -> Response:
        page = page_of_api()
        return Response(page.html, headers={"Content-Security-Policy": page.policy}, mimetype="text/html")

    blueprint.add_url_rule("/openapi.json", "openapi", openapi)
    blueprint.add_url_rule("/docs", "docs", docs)
    return blueprint


def _served(app: Flask) -> Iterator[Served]:
    rules = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    for name, blueprint in app.blueprints.items():
        if isinstance(blueprint, CrudBlueprint):
            paths: dict[Operation, str] = {
                operation: _SEGMENT.sub(r"{\1}", rules[f"{name}.{operation}"])
                for operation in OPERATIONS
                if operation in blueprint.resource.operations
            }
            yield Served(name, blueprint.resource, paths)
