"""ON CONFLICT, INSERT from a query, UPDATE from other tables, what a write was and is; each marked line is rejected."""

from __future__ import annotations

from typing import assert_type

from domain import Comments, Managers, NewUser, Post, Posts, User, UserPatch, Users

from ferra_sync import (
    Database,
    Insert,
    delete_from,
    excluded,
    from_,
    insert_into,
    maybe,
    new,
    old,
    select,
    truncate,
    update,
)
from ferra_sync import functions as fn

db = Database.connect()
inserting = insert_into(Users).values(NewUser("x"))
titles = update(Posts)
deleting = delete_from(Posts)

inserting.on_conflict(Users.id).do_nothing()
inserting.on_conflict().do_nothing().returning(User)
inserting.on_conflict(constraint="users_pkey").do_update_all()
inserting.on_conflict(fn.lower(Users.name), where=Users.hair_color.is_null()).do_update_all(where=Users.id > 1)
upsert = inserting.on_conflict(Users.id).do_update(
    Users.name.to(excluded(Users.name) + Users.name),
    Users.hair_color.to(excluded(Users.hair_color)),
    where=excluded(Users.name) != Users.name,
)
assert_type(upsert, Insert[Users])
assert_type(db.fetch_one(upsert.returning(maybe(old(User)), new(Users.name))), tuple[User | None, str])
insert_into(Posts).from_query(from_(Users).select(Users.id, Users.name), Posts.user_id, Posts.title)
insert_into(Users).from_query(select(Users.name), Users.name)
insert_into(Users).from_query(from_(Users).select(Users.name, Users.name), Users.name, Users.hair_color)
insert_into(Users).from_query(select(User))
insert_into(Users).overriding("system").default_values()

changed = update(Posts).from_(Users).where(Posts.user_id == Users.id).set(Posts.title.to(Users.name))
assert_type(db.fetch_all(changed.returning(Post, User, old(Posts.title))), list[tuple[Post, User, str]])
update(Users).from_(Managers).where(Users.id == Managers.id).set(Users.name.to(Managers.name), UserPatch())
joined = from_(Posts).left_join(Comments)
several = update(Users).from_(joined).where(Posts.user_id == Users.id, Comments.likes.nullable() > 1)
several.set(Users.hair_color.to(Comments.body.nullable()), Users.name.to(Posts.title))
assert_type(db.fetch_all(several.all_rows().returning(User, maybe(Comments.body))), list[tuple[User, str | None]])
gone = delete_from(Posts).using(Users).where(Posts.user_id == Users.id, Users.name == "x")
assert_type(db.fetch_all(gone.returning(Posts.title, User, maybe(new(Post)))), list[tuple[str, User, Post | None]])
db.execute(truncate(Users, Posts, cascade=True))

# What is rejected

inserting.on_conflict(Posts.id)  # R897 what another table has
inserting.on_conflict(Users.id, where=Posts.published)  # R898 … its predicate
inserting.on_conflict("id")  # R899 a column by its name
inserting.on_conflict(Users.id).do_update(Posts.title.to("x"))  # R900 an assignment to another table's column
inserting.on_conflict(Users.id).do_update(Users.name.to(Posts.title))  # R901 … of one
inserting.on_conflict(Users.id).do_update(Users.name.to(excluded(Posts.title)))  # R902 excluded of another table
inserting.on_conflict(Users.id).do_update(Users.name.to(excluded(Users.id)))  # R903 … of another type
inserting.on_conflict(Users.id).do_update(Users.name.to(excluded(Users.hair_color)))  # R904 … that may be NULL
inserting.on_conflict(Users.id).do_update_all(where=Posts.published)  # R905 another table in its where
inserting.on_conflict(Users.id).returning(User)  # R906 a conflict without what is done
update(Users).set(Users.name.to(excluded(Users.name)))  # R907 excluded without a conflict
inserting.returning(old(User))  # R908 a row before it was there
insert_into(Posts).from_query(from_(Users).select(Users.id, Users.name), Posts.title, Posts.user_id)  # R909 types
insert_into(Posts).from_query(select(Users.hair_color), Posts.title)  # R910 what may be NULL
insert_into(Posts).from_query(from_(Users).select(Users.id, Users.name), Posts.user_id)  # R911 too few columns
insert_into(Posts).from_query(select(Users.name), Users.name)  # R912 a column of another table
insert_into(Users).overriding("all")  # R913 a word that SQL has not
insert_into(Posts).values(NewUser("x"))  # R914 a row of another table
titles.set(Posts.title.to(Users.name))  # R915 a value of a table that is not in FROM
titles.from_(Users).set(Users.name.to(Posts.title))  # R916 a column of the table in FROM
titles.from_(Users).where(Comments.likes > 1)  # R917 a predicate of a table that is in neither
titles.from_(Users).returning(Comments.id)  # R918 … what is returned
titles.from_(from_(Users).left_join(Comments)).returning(Comments.id)  # R919 the nullable side, bare
titles.from_(from_(Users).left_join(Comments)).set(Posts.title.to(Comments.body))  # R920 … as a value
titles.from_(User)  # R921 a model in place of a table
titles.where(old(Posts.title) == "x")  # R922 what was before, in where
deleting.using(Users).where(Comments.likes > 1)  # R923 a table that is not there
deleting.using(Users).returning(Comments.id)  # R924 … what is returned
deleting.returning(new(Post))  # R925 a row that is no more
truncate(User)  # R926 a model in place of a table
db.fetch_all(truncate(Users))  # R927 rows of a statement that has none
