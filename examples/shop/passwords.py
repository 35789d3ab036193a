"""Passwords by argon2: hashed with a salt of their own, and hashed anew when the parameters have moved on."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 8
LONGEST: Final = 1000
"""In characters: hashing a book would be a way to keep the server busy."""

_HASHER: Final = PasswordHasher()
_NOBODYS: Final = _HASHER.hash("the password of nobody")


def hashed(password: str) -> str:
    """Return the hash to store.

    Raises:
        ValueError: the password is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"password has between {SHORTEST} and {LONGEST} characters")
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password; without a stored one it is not, which takes as long to say."""
    try:
        return _HASHER.verify(_NOBODYS if stored is None else stored, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)
