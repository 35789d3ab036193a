"""Tests on real databases: what the fixtures of the pytest plugin are made of, and what tests say beside them.

The plugin is installed with ferra_sync: `ferra_db`, `ferra_fresh_db`, `ferra_database`, `ferra_template` and
`ferra_server` are there for every test. Without pytest, `Server` and `rehearsal` serve as they are. `models` and `rows`
are strategies of Hypothesis, which the extra `testing` brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferra_sync._database.rehearsal import rehearsal
from ferra_sync._expression.published import on_first_use, publish
from ferra_sync.testing._queries import assert_queries
from ferra_sync.testing._server import Server

if TYPE_CHECKING:
    from ferra_sync.testing._models import models, rows

__all__ = ["Server", "assert_queries", "models", "rehearsal", "rows"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, {"_models": "models rows"})

publish(__name__, __all__)
