"""What the views have in common: the database, and how they answer what a service refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from flask import current_app

from ferra_sync.integrations.flask import Ferra, ProblemCodes, ProblemError

from .errors import Code, ServiceError

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
