"""Transactions: all or nothing, savepoints, an explicit commit, and again where the server asks for that."""

from __future__ import annotations

from _database import database

from ferra_sync import Conflict, Database, PgRepository, Transaction, from_, insert_into
from schema import Film, NewPost, NewUser, Post, Posts, User, Users


def introduce(tx: Transaction) -> tuple[User, Post]:
    """Write a user and a first post, both or none."""
    user = tx.fetch_one(insert_into(Users).values(NewUser("bob", "bob@example.org", "Bob", "…")).returning(User))
    post = tx.fetch_one(insert_into(Posts).values(NewPost(user.id, "Hello", "I am new here")).returning(Post))
    return user, post


def main(db: Database) -> None:
    films = PgRepository(Film, db)

    try:
        with db.transaction() as tx:
            films.insert_in_tx(tx, Film("Alien"))
            films.insert_in_tx(tx, Film("Alien"))
    except Conflict as error:
        print(f"{error}: {films.count()} films")

    with db.transaction() as tx:
        films.insert_in_tx(tx, Film("Alien"))
        try:
            with tx.savepoint():
                films.insert_in_tx(tx, Film("Alien"))
        except Conflict:
            films.insert_in_tx(tx, Film("Aliens"))
    print("after the savepoint:", [film.title for film in films.find_all()])

    with db.begin() as tx:
        films.insert_in_tx(tx, Film("Prometheus"))
    print("without a commit:", films.count())
    with db.begin() as tx:
        films.insert_in_tx(tx, Film("Prometheus"))
        tx.commit()
    print("with one:", films.count())

    user, post = db.run_in_transaction(introduce, isolation="serializable")
    print(f"{user.username} wrote {post.title!r}")

    with db.transaction(isolation="repeatable read", read_only=True) as tx:
        print("of one moment:", tx.fetch_page(from_(Posts).select(Post)).total, "post")


if __name__ == "__main__":
    with database() as db:
        main(db)
