"""A table, and queries on it."""

from __future__ import annotations

import attrs

from ferra_sync import SERVER_DEFAULT, FerraModel, Table, select
from ferra_sync import types as t

SECRET = "what nobody must see"


class Reels(Table):
    id = t.serial(primary_key=True)
    title = t.text(unique=True)
    minutes = t.integer(default=0)


@attrs.define
class Reel(FerraModel[Reels]):
    title: str
    minutes: int = 0
    id: int = SERVER_DEFAULT


class Views(Table):
    """A view of reels, whose rows are inserted one by one."""

    id = t.serial(primary_key=True)
    title = t.text()


@attrs.define
class View(FerraModel[Views]):
    title: str
    id: int = SERVER_DEFAULT


ALL = select(Reel).order_by(Reels.id)
BY_TITLE = ALL.where(Reels.title == SECRET)
