"""The reference domain: users with roles, posts, films, products, and their repositories; `migrations/` is its SQL."""

from __future__ import annotations

from schema._rules import email_address, not_empty, not_negative, positive
from schema.films import Film, FilmPatch, Films, NewFilm
from schema.posts import NewPost, Post, PostPatch, Posts
from schema.product_repository import ProductRepository
from schema.products import NewProduct, Product, ProductPatch, Products
from schema.user_repository import UserRepository
from schema.users import NewUser, User, UserPatch, UserProfile, UserRole, Users

__all__ = [
    "Film",
    "FilmPatch",
    "Films",
    "NewFilm",
    "NewPost",
    "NewProduct",
    "NewUser",
    "Post",
    "PostPatch",
    "Posts",
    "Product",
    "ProductPatch",
    "ProductRepository",
    "Products",
    "User",
    "UserPatch",
    "UserProfile",
    "UserRepository",
    "UserRole",
    "Users",
    "email_address",
    "not_empty",
    "not_negative",
    "positive",
]
