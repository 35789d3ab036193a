"""Positions as text: what a page token is, and what signs it.

A token is base64url of these bytes:

    version     1    1 plain, 2 signed
    issued      4    signed alone: when it was made, in seconds since 1970
    direction   1    which rows it is for: those after its row or before it, with the row itself or without
    query       8    the beginning of the SHA-256 of the query's SQL, its order and tie-break included
    values      …    a JSON list of texts, as PostgreSQL spells them, and nulls
    signature  16    signed alone: the beginning of the HMAC-SHA-256 of all before it

A plain token is as good as any other position: its values are looked at, by their types, before they are sent.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from ferra_sync._expression.described import described
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._query.positions import Position
from ferra_sync.errors import InvalidToken

Direction: TypeAlias = Literal["after", "from", "before", "up to"]
"""Which rows a token is for: those after its row, and with `from` that row too; those before it, and with `up to`."""

_PLAIN: Final = b"\x01"
_SIGNED: Final = b"\x02"
_CODES: Final[dict[Direction, bytes]] = {"after": b"a", "from": b"f", "before": b"b", "up to": b"u"}
_DIRECTIONS: Final[dict[bytes, Direction]] = {code: direction for direction, code in _CODES.items()}
_ISSUED: Final = 4
_QUERY: Final = 8
_SIGNATURE: Final = 16
_CLOCKS_DIFFER: Final = 60
"""Seconds by which the clocks of two machines may differ."""

_UNREADABLE: Final = "is no token of a page"
_FOREIGN: Final = "was made for another query or another order"


class Opened(NamedTuple):
    """What a token says; `is_trusted`: its signature says that it was made here."""

    direction: Direction
    position: Position
    is_trusted: bool


class Tokens:
    """Makes and reads the tokens of one query.

    Without secrets they are plain. With secrets the first signs, each is taken, and a token that none has signed is
    refused.
    """

    def __init__(self, sql: bytes, config: DatabaseConfig | None = None) -> None:
        self._query = _digest(sql)
        self._secrets = [] if config is None else [_bytes(secret) for secret in config.token_secrets]
        self._lifetime = None if config is None else config.token_lifetime

    def made(self, direction: Direction, position: Position) -> str:
        """Return the token of a position."""
        values = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
        content = _CODES[direction] + self._query + values
        if not self._secrets:
            return _text(_PLAIN + content)
        signed = _SIGNED + int(time.time()).to_bytes(_ISSUED, "big") + content
        return _text(signed + _signature(self._secrets[0], signed))

    def opened(self, argument: str, token: object) -> Opened:
        """Return what a token says, which was given as this argument.

        Raises:
            InvalidToken: it is none, is of another query or another order, was changed, or has expired.
        """
        content = _bytes_of(argument, token)
        if self._secrets:
            content = self._verified(argument, content)
        elif content[:1] != _PLAIN:
            raise InvalidToken(argument, _UNREADABLE)
        else:
            content = content[1:]
        direction = _DIRECTIONS.get(content[:1])
        if direction is None:
            raise InvalidToken(argument, _UNREADABLE)
        if content[1 : 1 + _QUERY] != self._query:
            raise InvalidToken(argument, _FOREIGN)
        return Opened(direction, _position(argument, content[1 + _QUERY :]), bool(self._secrets))

    def _verified(self, argument: str, token: bytes) -> bytes:
        signed, signature = token[:-_SIGNATURE], token[-_SIGNATURE:]
        known = [hmac.compare_digest(_signature(secret, signed), signature) for secret in self._secrets]
        if signed[:1] != _SIGNED or not any(known):
            raise InvalidToken(argument, "was not made here, or was changed")
        age = time.time() - int.from_bytes(signed[1 : 1 + _ISSUED], "big")
        if self._lifetime is not None and not -_CLOCKS_DIFFER <= age <= self._lifetime:
            raise InvalidToken(argument, "has expired")
        return signed[1 + _ISSUED :]


@lru_cache(maxsize=1024)
def _digest(sql: bytes) -> bytes:
    return hashlib.sha256(sql).digest()[:_QUERY]


def _signature(secret: bytes, content: bytes) -> bytes:
    return hmac.digest(secret, content, "sha256")[:_SIGNATURE]


def _bytes(secret: str | bytes) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes_of(argument: str, token: object) -> bytes:
    if not isinstance(token, str):
        raise InvalidToken(argument, f"is a text, not {described(token)}")
    try:
        content = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError):
        content = b""
    if _text(content) != token:  # Base64 is read with whatever stands between its characters.
        raise InvalidToken(argument, _UNREADABLE)
    return content


def _position(argument: str, values: bytes) -> Position:
    try:
        read = json.loads(values.decode())
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, list) or not all(each is None or isinstance(each, str) for each in read):
        raise InvalidToken(argument, _UNREADABLE)
    return tuple(read)
