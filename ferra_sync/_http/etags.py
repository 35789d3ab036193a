"""Entity tags (RFC 9110): which version of a row a client has seen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Final

from ferra_sync._http.problems import ProblemError
from ferra_sync._model.model import ModelMeta

_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_LIST: Final = re.compile(rf"\s*(?:{_TAG.pattern})?(?:\s*,\s*(?:{_TAG.pattern})?)*\s*")
_LENGTH: Final = 32


def etag_of(meta: ModelMeta, row: object, body: bytes) -> str:
    """Return the entity tag of a row: its version, where the model has it, else a digest of what is shown of it."""
    version = meta.table.version
    field = None if version is None else meta.by_column.get(version.name)
    if field is None:
        return f'"{hashlib.sha256(body).hexdigest()[:_LENGTH]}"'
    number: Any = getattr(row, field.name)
    return f'"{number}"'


def is_same(header: str | None, etag: str) -> bool:
    """Whether If-None-Match says that the client has this version already; a weak tag counts, as RFC 9110 has it."""
    if header is None:
        return False
    return header.strip() == "*" or etag in (tag for _, tag in _tags(header))


def check_match(header: str, etag: str) -> None:
    """Raise ProblemError 412 unless If-Match names this version; a weak tag names none."""
    if header.strip() != "*" and etag not in (tag for is_weak, tag in _tags(header) if not is_weak):
        raise ProblemError(412, None, "the row has changed since")


def _tags(header: str) -> Iterable[tuple[bool, str]]:
    if _LIST.fullmatch(header) is None:
        return []
    return [(bool(weak), f'"{tag}"') for weak, tag in _TAG.findall(header)]
