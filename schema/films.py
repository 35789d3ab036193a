"""Films."""

from __future__ import annotations

import attrs

from ferra_sync import SERVER_DEFAULT, UNSET, Changeset, FerraModel, Insertable, Table, Unset
from ferra_sync import types as t


class Films(Table):
    id = t.serial(primary_key=True)
    title = t.text(unique=True)
    release_year = t.nullable(t.integer())
    archived = t.boolean(default=False)


@attrs.define
class Film(FerraModel[Films]):
    """A whole row."""

    title: str
    release_year: int | None = None
    archived: bool = False
    id: int = SERVER_DEFAULT


@attrs.define
class NewFilm(Insertable[Films]):
    """A film to create."""

    title: str
    release_year: int | None = None


@attrs.define
class FilmPatch(Changeset[Films]):
    """What may change in a film."""

    title: str | Unset = UNSET
    release_year: int | Unset | None = UNSET
    archived: bool | Unset = UNSET
