"""Problem documents (RFC 9457): what is said of an error outside, which is nothing of the inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from ferra_sync.errors import Conflict, Db, DbErrorKind, FerraDbError, InvalidToken, NotFound, ValidationError

MEDIA_TYPE: Final = "application/problem+json"

_TITLES: Final = {
    400: ("Bad Request", "INVALID_REQUEST"),
    401: ("Unauthorized", "UNAUTHORIZED"),
    403: ("Forbidden", "FORBIDDEN"),
    404: ("Not Found", "NOT_FOUND"),
    405: ("Method Not Allowed", "METHOD_NOT_ALLOWED"),
    406: ("Not Acceptable", "NOT_ACCEPTABLE"),
    408: ("Request Timeout", "REQUEST_TIMEOUT"),
    409: ("Conflict", "CONFLICT"),
    410: ("Gone", "GONE"),
    411: ("Length Required", "LENGTH_REQUIRED"),
    412: ("Precondition Failed", "PRECONDITION_FAILED"),
    413: ("Content Too Large", "CONTENT_TOO_LARGE"),
    414: ("URI Too Long", "URI_TOO_LONG"),
    415: ("Unsupported Media Type", "UNSUPPORTED_MEDIA_TYPE"),
    422: ("Unprocessable Content", "VALIDATION_ERROR"),
    428: ("Precondition Required", "PRECONDITION_REQUIRED"),
    429: ("Too Many Requests", "TOO_MANY_REQUESTS"),
    431: ("Request Header Fields Too Large", "HEADERS_TOO_LARGE"),
    500: ("Internal Server Error", "INTERNAL_ERROR"),
    501: ("Not Implemented", "NOT_IMPLEMENTED"),
    503: ("Service Unavailable", "UNAVAILABLE"),
}
"""Status → RFC 9110's phrase for it, and our code."""

SERVER_ERROR: Final = 500
_INSIDE: Final = "something is wrong inside the server"
_NO_CODES: Final[Mapping[str, str]] = MappingProxyType({})
_NO_STATUSES: Final[Mapping[int, str]] = MappingProxyType({})

_STATUSES: Final = {
    DbErrorKind.STALE_ROW: 412,
    DbErrorKind.FOREIGN_KEY_VIOLATION: 409,
    DbErrorKind.RESTRICT_VIOLATION: 409,
    DbErrorKind.EXCLUSION_VIOLATION: 409,
    DbErrorKind.NOT_NULL_VIOLATION: 422,
    DbErrorKind.CHECK_VIOLATION: 422,
    DbErrorKind.INVALID_DATA: 422,
    DbErrorKind.SERIALIZATION_FAILURE: 503,
    DbErrorKind.DEADLOCK: 503,
    DbErrorKind.CLOSED_CONNECTION: 503,
    DbErrorKind.TIMEOUT: 503,
}
"""What is the request's fault, or passes; everything else is 500."""

_VALUES: Final = frozenset({"22000", "22001", "22003", "22007", "22008", "22021", "22P02", "22P05", None})
"""The SQLSTATEs of INVALID_DATA that are about a value that was sent; others, as of a division, are the program's."""


@attrs.frozen
class ProblemCodes:
    """What an application calls its problems, where `code` shall be a name of its own.

    Attributes:
        not_found: a table's name → the code where a row of it is not found.
        conflict: a constraint's name, or a table's → the code where it is violated; the constraint's is looked for
            first.
        statuses: an HTTP status → its code.
    """

    not_found: Mapping[str, str] = _NO_CODES
    conflict: Mapping[str, str] = _NO_CODES
    statuses: Mapping[int, str] = _NO_STATUSES

    def of_status(self, status: int) -> str:
        """Return the code of a status."""
        fallback = "INTERNAL_ERROR" if status >= SERVER_ERROR else "INVALID_REQUEST"
        return self.statuses.get(status) or _TITLES.get(status, ("", fallback))[1]

    def of_error(self, error: Exception, status: int) -> str:
        """Return the code of an error that is answered by this status."""
        named: str | None = None
        if isinstance(error, NotFound):
            named = self.not_found.get(error.resource)
        elif isinstance(error, (Conflict, Db)) and status == 409:  # noqa: PLR2004 - a status is its own name
            named = self.conflict.get(error.constraint or "") or self.conflict.get(error.table or "")
        elif isinstance(error, InvalidToken):
            named = "INVALID_TOKEN"
        return named or self.of_status(status)


DEFAULT_CODES: Final = ProblemCodes()


@attrs.frozen
class Problem:
    """A problem document.

    Attributes:
        status: the HTTP status.
        code: what programs tell problems apart by.
        detail: what people read.
        errors: field → message, of data that are not valid.
    """

    status: int
    code: str
    detail: str
    errors: Mapping[str, str] = _NO_CODES

    @property
    def title(self) -> str:
        """What the status is called."""
        return _TITLES.get(self.status, ("Error", ""))[0]

    def to_dict(self) -> dict[str, Any]:
        """Return the members of the document; its type is `about:blank`, so that `title` says what the status is."""
        found: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        return found | ({"errors": dict(self.errors)} if self.errors else {})

    def to_json(self) -> bytes:
        """Return the document; what is not ASCII is escaped, for names that came from outside may be no Unicode."""
        return json.dumps(self.to_dict(), separators=(",", ":")).encode("ascii")


class ProblemError(Exception):
    """A problem that a view raises: `raise ProblemError(400, "MISSING_PARAMETER", "role is required")`.

    Attributes:
        status: the HTTP status, 400 to 599.
        code: what programs tell problems apart by; None: the status's own.
        detail: what people read.
        errors: field → message.

    Raises:
        ValueError: the status is none of an error.
    """

    def __init__(self, status: int, code: str | None, detail: str, *, errors: Mapping[str, str] | None = None) -> None:
        if isinstance(status, bool) or not isinstance(status, int) or not 400 <= status <= 599:  # noqa: PLR2004 - RFC 9110's range of errors
            raise ValueError("the status of a problem is a whole number from 400 to 599")
        self.status: int = int(status)  # http.HTTPStatus is one too, but spells itself in another way.
        self.code = code
        self.detail = detail
        self.errors: dict[str, str] = dict(errors or {})
        super().__init__(detail)

    def __reduce__(self) -> tuple[Any, ...]:
        return _problem_error, (type(self), self.status, self.code, self.detail, self.errors)


def _problem_error(
    cls: type[ProblemError], status: int, code: str | None, detail: str, errors: Mapping[str, str]
) -> ProblemError:
    """Return the error anew: pickle gives no keywords."""
    return cls(status, code, detail, errors=errors)


def problem_of(error: Exception, codes: ProblemCodes = DEFAULT_CODES) -> Problem:
    """Return what is said of an error: its own text where that is for the outside, else that there is one."""
    if isinstance(error, ProblemError):
        return Problem(error.status, error.code or codes.of_status(error.status), error.detail, error.errors)
    status = status_of(error)
    return Problem(status, codes.of_error(error, status), *_told(error, status))


def problem_of_status(status: int, detail: str | None, codes: ProblemCodes = DEFAULT_CODES) -> Problem:
    """Return what is said of a status by itself; `detail` is not told of a server error."""
    told = None if status == SERVER_ERROR else detail
    return Problem(status, codes.of_status(status), told or (_INSIDE if status >= SERVER_ERROR else "refused"))


def status_of(error: Exception) -> int:
    """Return the status that answers an error."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, Conflict):
        return 409
    if isinstance(error, InvalidToken):
        return 400
    if isinstance(error, ValidationError):
        return 422
    if isinstance(error, Db):
        is_ours = error.kind is DbErrorKind.INVALID_DATA and error.sqlstate not in _VALUES
        return SERVER_ERROR if is_ours else _STATUSES.get(error.kind, SERVER_ERROR)
    return SERVER_ERROR


def _told(error: Exception, status: int) -> tuple[str, Mapping[str, str]]:
    """Return what is told of an error, and of which fields."""
    if isinstance(error, ValidationError):
        listed = "; ".join(f"{field}: {text}" if field else text for field, text in error.errors.items())
        return f"not valid: {listed}", error.errors
    if isinstance(error, (NotFound, Conflict)):
        return str(error), _NO_CODES
    if isinstance(error, Db) and status < SERVER_ERROR:
        return _of_db(error)
    return (_INSIDE if status == SERVER_ERROR else "the database is away or busy: try again"), _NO_CODES


def _of_db(error: Db) -> tuple[str, Mapping[str, str]]:
    """Return what is told of a request's fault that the database has found: not the server's words."""
    if error.kind is DbErrorKind.STALE_ROW:
        return "the row has changed since", _NO_CODES
    named = "" if error.constraint is None else f' of constraint "{error.constraint}"'
    errors = {error.column: error.kind.value} if error.column and status_of(error) == 422 else _NO_CODES  # noqa: PLR2004 - a status is its own name
    return f"{error.kind.value}{named}", errors


def is_told_in_full(error: Exception) -> bool:
    """Whether the document says all; else the log has to."""
    return not isinstance(error, FerraDbError) or status_of(error) < SERVER_ERROR
