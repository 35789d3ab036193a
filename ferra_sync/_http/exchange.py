"""What is asked and what is answered, as far as a resource has to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from ferra_sync._http.problems import ProblemError

JSON: Final = "application/json"
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@attrs.frozen
class Asked:
    """A request.

    Attributes:
        query: the query string, as it came.
        content_type: the header, "" where there is none.
        read: returns the body.
        if_match, if_none_match: the headers, None where there are none.
    """

    query: bytes = b""
    content_type: str = ""
    read: Callable[[], bytes] = bytes
    if_match: str | None = None
    if_none_match: str | None = None

    @property
    def query_string(self) -> str:
        """The query string as text.

        Raises:
            ProblemError: 400: it is no UTF-8.
        """
        try:
            return self.query.decode()
        except UnicodeDecodeError:
            raise ProblemError(400, None, "the query string is no UTF-8") from None


@attrs.frozen
class Reply:
    """A response.

    Attributes:
        status: the HTTP status.
        body: JSON, or nothing.
        headers: beside those that every response has.
        path: of a row that is new, where it is below the collection; else None.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = _NONE
    path: str | None = None
