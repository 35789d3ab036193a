"""Columns that every UPDATE counts: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from typing import Never, assert_type

from domain import Draft, DraftPatch, Drafts

from ferra_sync import UNSET, Column, Database, DbErrorKind, In, update
from ferra_sync import types as t

db = Database.connect()
assert_type(Drafts.version, Column[In[Drafts], int, Never])
assert_type(db.fetch_one(update(Drafts).find(1).set(DraftPatch(body="x", version=3)).returning(Draft)), Draft)
assert_type(db.execute(update(Drafts).find(1).set(DraftPatch(version=UNSET))), int)
stale = DbErrorKind.STALE_ROW

# Rejected

t.integer(default=1, version="yes")  # R880 a text for a switch
t.integer(default="1", version=True)  # R881 a text for the number of a new row
DraftPatch(version="1")  # R882 a text for a version
DraftPatch(version=None)  # R883 None for a version
Draft(1, "x", version=1.5)  # R884 a number that is not whole
