"""What views are made of: the request as a resource takes it, and answers of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Response, request

from ferra_sync import to_json
from ferra_sync._http.bodies import read_row
from ferra_sync._http.exchange import JSON, Asked
from ferra_sync._http.json_body import json_object
from ferra_sync._model.validated import RecordT

LIMIT: Final = 2**20
"""The most bytes of a body where nobody says another number."""


def asked(max_body: int = LIMIT) -> Asked:
    """Return the request; of its body no more than so many bytes, unless the application limits it itself."""
    if request.max_content_length is None:
        request.max_content_length = max_body
    return Asked(
        query=request.query_string,
        content_type=request.headers.get("Content-Type", ""),
        read=request.get_data,
        if_match=request.headers.get("If-Match"),
        if_none_match=request.headers.get("If-None-Match"),
    )


def request_body(model: type[RecordT]) -> RecordT:
    """Return the model that the body of the request is, as `crud_blueprint` takes it.

    Raises:
        ProblemError: 415: it is not called JSON in UTF-8; 400: it is none, has a name twice, or is no object.
        ValidationError: fields that are wrong, missing, unknown or the server's, all at once.
        SchemaError: `model` is no model of a table.
        RequestEntityTooLarge: Werkzeug's 413: it has more than MAX_CONTENT_LENGTH, or 1 MiB.
    """
    return read_row(model, json_object(asked()))


def json_response(value: object, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with a model, a page, a row or a list of these, as `to_json` writes them.

    Raises:
        TypeError: JSON has no spelling for a value.
    """
    return Response(to_json(value), status, headers, content_type=JSON)
