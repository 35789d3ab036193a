"""TPC-H: all 22 queries, typed, over a small database; each gives the rows of the official SQL."""

from __future__ import annotations

from _database import empty_database
from tpch_queries import MIGRATIONS, QUERIES
from tpch_queries.rows import fill

from ferra_sync import Database
from ferra_sync.migrations import Migrations


def main(db: Database) -> None:
    Migrations(MIGRATIONS).run(db)
    fill(db)
    for number, (_, query) in QUERIES.items():
        rows = db.fetch_all(query)
        print(f"Q{number}: {len(rows)} rows, {rows[0]}")


if __name__ == "__main__":
    with empty_database() as db:
        main(db)
