"""Why a capture stops, or begins again."""

from __future__ import annotations


class CaptureError(Exception):
    """A capture cannot go on: `capture "cache" stopped: …`; nothing that was applied is undone."""


class SinkError(CaptureError):
    """A sink cannot be reached or refuses what it is told; `Capture.run` tries again, from what the sink has."""


class SinkBehindError(SinkError):
    """A sink lacks rows that it had been given: they are copied anew."""


class TakenOverError(SinkError):
    """Another consumer writes to the sink: this one has lost the slot, and waits for its turn."""
