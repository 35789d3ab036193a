"""Hand-written psycopg again, where there is a second way that might be the faster one: arrays through unnest."""

from __future__ import annotations

from benchmarks.contenders.psycopg_floor import Floor


class Unnest(Floor):
    slug = "unnest"
    name = "psycopg, unnest"
    order = 3


CONTENDERS = [Unnest]
