"""Values of the database that Python cannot hold as their declaration says."""

from __future__ import annotations


class UnreadableError(ValueError):
    """A value does not fit its Python type; the message says why, without the value."""
