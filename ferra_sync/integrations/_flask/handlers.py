"""Error handlers: whatever a view raises is answered by a problem document."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, current_app
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed
from werkzeug.wrappers import Response as WerkzeugResponse

from ferra_sync import FerraDbError, ValidationError
from ferra_sync._http.problems import (
    MEDIA_TYPE,
    SERVER_ERROR,
    Problem,
    ProblemCodes,
    ProblemError,
    is_told_in_full,
    problem_of,
    problem_of_status,
)

_UNAVAILABLE: Final = 503
_DROPPED: Final = frozenset({"content-type", "content-length"})
"""Headers of an HTTPException that are about its HTML."""


def register(app: Flask, codes: ProblemCodes) -> None:
    """Answer errors of the toolkit, `ProblemError` and HTTP's own, wherever in the application they come from."""

    def of_error(error: Exception) -> Response:
        if not is_told_in_full(error):
            # Its message has no values; the driver's, in its cause, quotes them.
            current_app.logger.error("%s: %s", type(error).__name__, error)
        return _response(problem_of(error, codes))

    def of_http(error: HTTPException) -> WerkzeugResponse:
        if error.response is not None:  # The view has made its own.
            return error.get_response()
        response = _response(problem_of_status(error.code or SERVER_ERROR, _detail(error), codes))
        response.headers.extend([each for each in error.get_headers() if each[0].lower() not in _DROPPED])
        return response

    for kind in (FerraDbError, ValidationError, ProblemError):
        app.register_error_handler(kind, of_error)
    app.register_error_handler(HTTPException, of_http)


def _detail(error: HTTPException) -> str | None:
    if isinstance(error, InternalServerError):
        return None
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        return f"takes {', '.join(sorted(error.valid_methods))}"
    return error.description


def _response(problem: Problem) -> Response:
    response = Response(problem.to_json(), problem.status, content_type=MEDIA_TYPE)
    if problem.status == _UNAVAILABLE:
        response.headers["Retry-After"] = "1"
    return response
