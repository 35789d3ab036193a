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

crud_blueprint(Post, create=NewUser)  # R936 a body of another table
crud_blueprint(User, change=PostPatch)  # R937 a changeset of another table
crud_blueprint(User, create=UserPatch)  # R938 a changeset is no row to insert
crud_blueprint(User, listing=Listing(PostFilter))  # R939 a filter of another table
crud_blueprint(User, listing=Listing(sort=Sort.of(Posts.title)))  # R940 an order of another table
crud_blueprint(NewUser)  # R941 what is inserted is not read
crud_blueprint(int)  # R942 no model
Listing(UserFilter, paging="cursor")  # R943 no way to page
CrudOptions(operations=("lst",))  # R944 no operation
ProblemCodes(not_found={"users": 404})  # R945 a code is a text
