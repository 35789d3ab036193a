"""A plain class declares columns for several tables; each table's column is its own."""

from __future__ import annotations

from datetime import datetime
from typing import Never, assert_type

from ferra_sync import Column, In, Table, from_
from ferra_sync import types as t


class Stamped:
    created_at = t.timestamptz()
    note = t.nullable(t.text())


class Letters(Stamped, Table):
    id = t.integer(primary_key=True)


class Parcels(Stamped, Table):
    id = t.integer(primary_key=True)


assert_type(Letters.created_at, Column[In[Letters], datetime, Never])
assert_type(Parcels.note, Column[In[Parcels], str, None])
from_(Letters).where(Letters.note == "x").order_by(Letters.created_at).select(Letters.note)
