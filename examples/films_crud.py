"""From zero to CRUD: a repository over one table."""

from __future__ import annotations

import attrs
from _database import database

from ferra_sync import Conflict, Database, NotFound, PgRepository
from schema import Film


def main(db: Database) -> None:
    films = PgRepository(Film, db)

    film = films.insert(Film("Blade Runner", 1982))
    print("inserted:", film)
    print("found:   ", films.find_by_id(film.id))
    print("updated: ", films.update(film.id, attrs.evolve(film, archived=True)))

    with db.transaction() as tx:  # both or none
        films.insert_in_tx(tx, Film("Alien", 1979))
        films.insert_in_tx(tx, Film("2001: A Space Odyssey", 1968))

    page = films.find_page(1, 2)
    print(f"page {page.page} of {page.total_pages}: {[film.title for film in page.items]}, {page.total} in all")

    try:
        films.insert(Film("Alien", 1979))
    except Conflict as error:
        print("conflict:", error)

    films.delete(film.id)
    try:
        films.find_by_id(film.id)
    except NotFound as error:
        print("gone:    ", error)


if __name__ == "__main__":
    with database() as db:
        main(db)
