"""Real data, 140,000 rows: COPY them in, search, update by id list, aggregate, stream."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

import attrs
from _database import database

from ferra_sync import Database, FerraModel, PgRepository, Table, from_, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t


class Characters(Table):
    """Unicode's characters."""

    code_point = t.integer(primary_key=True)
    name = t.text()
    category = t.varchar(2)


@attrs.frozen
class Character(FerraModel[Characters]):
    """One of them."""

    code_point: int
    name: str
    category: str


def characters() -> Iterator[Character]:
    for code_point in range(sys.maxunicode + 1):
        char = chr(code_point)
        if name := unicodedata.name(char, None):
            yield Character(code_point, name, unicodedata.category(char))


def main(db: Database) -> None:
    with db.connection() as connection:  # psycopg's own: SQL is written there and nowhere else
        connection.execute(
            "CREATE TABLE characters (code_point integer PRIMARY KEY, name text NOT NULL, category varchar(2) NOT NULL)"
        )
    print("copied:", PgRepository(Character, db).copy_in(characters()))
    for snowman in db.fetch_all(select(Character).where(Characters.name.icontains("snowman"))):
        print(f"  U+{snowman.code_point:04X} {snowman.name}")
    print("emoji faces:", PgRepository(Character, db).count(Characters.name.endswith(" FACE")))
    by_category = from_(Characters).group_by(Characters.category).order_by(fn.count().desc()).limit(3)
    print("most:", db.fetch_all(by_category.select(Characters.category, fn.count(), fn.min(Characters.name))))
    hangul = update(Characters).where(Characters.code_point.is_in(range(0xAC00, 0xD7A4)))
    print("renamed:", db.execute(hangul.set(Characters.name.to(fn.lower(Characters.name)))))
    print("streamed:", sum(1 for _ in db.stream(select(Character))))


if __name__ == "__main__":
    with database() as db:
        main(db)
