"""Tests on real databases: what the fixtures of the pytest plugin are made of, and what tests say beside them.

The plugin is installed with ferra_sync: `ferra_db`, `ferra_fresh_db`, `ferra_database`, `ferra_template` and
`ferra_server` are there for every test. Without pytest, `Server` and `rehearsal` serve as they are.
"""

from __future__ import annotations

from ferra_sync._database.rehearsal import rehearsal
from ferra_sync._expression.published import publish
from ferra_sync.testing._server import Server

__all__ = ["Server", "rehearsal"]

publish(__name__, __all__)
