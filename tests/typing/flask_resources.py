"""REST resources: bodies, filters and orders are of the model's own table; each marked line is rejected."""

from __future__ import annotations

from typing import assert_type

import attrs
from domain import NewUser, Post, PostPatch, Posts, User, UserPatch, Users
from flask import Blueprint

from ferra_sync import Database, Filter, Sort, Unset, by
from ferra_sync.integrations.flask import CrudOptions, Ferra, Listing, ProblemCodes, crud_blueprint


@attrs.frozen
class UserFilter(Filter[Users]):
    name: str | Unset = by(Users.name.icontains)


@attrs.frozen
class PostFilter(Filter[Posts]):
    title: str | Unset = by(Posts.title.icontains)


ferra = Ferra(codes=ProblemCodes(not_found={"users": "USER_NOT_FOUND"}))
assert_type(ferra.db, Database)
assert_type(crud_blueprint(User), Blueprint)
crud_blueprint(User, create=NewUser, change=UserPatch)
crud_blueprint(User, listing=Listing(UserFilter, Sort.of(Users.name), paging="keyset"))
crud_blueprint(Post, listing=Listing(sort=Sort.of(Posts.title)), options=CrudOptions(operations=("list", "get")))

crud_blueprint(Post, create=NewUser)  # R801 a body of another table
crud_blueprint(User, change=PostPatch)  # R802 a changeset of another table
crud_blueprint(User, create=UserPatch)  # R803 a changeset is no row to insert
crud_blueprint(User, listing=Listing(PostFilter))  # R804 a filter of another table
crud_blueprint(User, listing=Listing(sort=Sort.of(Posts.title)))  # R805 an order of another table
crud_blueprint(NewUser)  # R806 what is inserted is not read
crud_blueprint(int)  # R807 no model
Listing(UserFilter, paging="cursor")  # R808 no way to page
CrudOptions(operations=("lst",))  # R809 no operation
ProblemCodes(not_found={"users": 404})  # R810 a code is a text
