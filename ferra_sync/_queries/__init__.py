"""Queries: immutable values, one clause or statement a file."""

from __future__ import annotations

from ferra_sync._query.insert import Insert, insert_into
from ferra_sync._query.keys import key_parts
from ferra_sync._query.query import Query, Rendered, RowQuery
from ferra_sync._query.select import From, Grouped, Select, from_, maybe, select
from ferra_sync._query.update import Delete, Update, delete_from, update
from ferra_sync._query.writes import Returning, Write

__all__ = [
    "Delete",
    "From",
    "Grouped",
    "Insert",
    "Query",
    "Rendered",
    "Returning",
    "RowQuery",
    "Select",
    "Update",
    "Write",
    "delete_from",
    "from_",
    "insert_into",
    "key_parts",
    "maybe",
    "select",
    "update",
]
