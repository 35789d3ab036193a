"""`python -m ferra_sync.cli` is `ferra`."""

from __future__ import annotations

from ferra_sync.cli._main import main

main()
