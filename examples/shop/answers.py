"""What the views have in common: bodies, answers, and what a service refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final, TypeVar

from flask import Response, current_app, request

from ferra_sync import to_json
from ferra_sync.integrations.flask import Ferra, ProblemCodes, ProblemError

from .errors import Code, ServiceError

T = TypeVar("T")

ferra: Final = Ferra(
    codes=ProblemCodes(not_found={"products": "PRODUCT_NOT_FOUND"}, conflict={"products_sku_key": "DUPLICATE_SKU"})
)
"""The database of whichever application serves the request."""

_STATUSES: Final = {
    Code.USER_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.PRODUCT_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.USER_ALREADY_EXISTS: HTTPStatus.CONFLICT,
    Code.DUPLICATE_SKU: HTTPStatus.CONFLICT,
    Code.INVALID_CREDENTIALS: HTTPStatus.UNAUTHORIZED,
    Code.VALIDATION_ERROR: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.DATABASE_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
}


@contextmanager
def answered() -> Iterator[None]:
    """Answer what a service refuses by a problem document with its code."""
    try:
        yield
    except ServiceError as error:
        if error.code is Code.DATABASE_ERROR:
            current_app.logger.error("%s", error.__cause__)  # noqa: TRY400 - a traceback has what the driver quotes
        raise ProblemError(_STATUSES[error.code], error.code.value, str(error), errors=error.errors) from error


def answer(value: object, status: int = HTTPStatus.OK) -> Response:
    """Return a response with a model, or a list of them, as JSON."""
    return Response(to_json(value), status, content_type="application/json")


def body() -> dict[str, Any]:
    """Return the object that the request brings; INVALID_REQUEST where it is none."""
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise ProblemError(HTTPStatus.BAD_REQUEST, "INVALID_REQUEST", "the body is no JSON object")
    return data


def taken(data: dict[str, Any], name: str, kind: type[T]) -> T:
    """Take a value out of a body; VALIDATION_ERROR where it is missing or of another type."""
    value = data.pop(name, None)
    if type(value) is not kind:
        problem = {name: "is missing" if value is None else f"is no {kind.__name__}"}
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, None, f"{name} {problem[name]}", errors=problem)
    return value
