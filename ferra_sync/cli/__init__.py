"""The command line, `ferra`: migrations, and a demo of what the toolkit does. Built on the public names alone."""

from __future__ import annotations

from ferra_sync.cli._main import ferra, main

__all__ = ["ferra", "main"]
