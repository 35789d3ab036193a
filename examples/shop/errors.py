"""What a caller of a service may be told: a code for programs, a sentence for people, nothing from inside."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ferra_sync import Conflict, Db, DbErrorKind, NotFound, ValidationError

_OF_THE_DATA: Final = frozenset({DbErrorKind.INVALID_DATA, DbErrorKind.CHECK_VIOLATION})


class Code(enum.StrEnum):
    """What went wrong; an API hands it on as it is."""

    USER_NOT_FOUND = "USER_NOT_FOUND"
    USER_ALREADY_EXISTS = "USER_ALREADY_EXISTS"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    PRODUCT_NOT_FOUND = "PRODUCT_NOT_FOUND"
    DUPLICATE_SKU = "DUPLICATE_SKU"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    DATABASE_ERROR = "DATABASE_ERROR"


class ServiceError(Exception):
    """A service could not do what it was asked.

    Attributes:
        code: what went wrong.
        errors: of VALIDATION_ERROR each field with what is wrong in it; the empty key is of no field alone.
    """

    def __init__(self, code: Code, message: str, errors: dict[str, str] | None = None) -> None:
        self.code = code
        self.errors = errors or {}
        super().__init__(message)


@contextmanager
def told_as(thing: str, *, not_found: Code, conflict: Code) -> Iterator[None]:
    """Tell what the database says of a user, or a product, in the words of the service."""
    try:
        yield
    except NotFound as error:
        raise ServiceError(not_found, f"There is no such {thing}") from error
    except Conflict as error:
        raise ServiceError(conflict, f"There is a {thing} with this {' or '.join(error.columns)} already") from error
    except ValidationError as error:
        raise ServiceError(Code.VALIDATION_ERROR, "Some of it is not valid", error.errors) from error
    except ValueError as error:  # A model's own validators, when it is made.
        raise ServiceError(Code.VALIDATION_ERROR, str(error)) from error
    except Db as error:
        if error.kind in _OF_THE_DATA:
            raise ServiceError(Code.VALIDATION_ERROR, "A value is too long, or cannot be stored") from error
        raise ServiceError(Code.DATABASE_ERROR, "The database could not do it") from error
