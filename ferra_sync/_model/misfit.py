"""What is no document of its class."""

from __future__ import annotations


class MisfitError(ValueError):
    """A value that is not what its annotation says; no message shows the value."""
