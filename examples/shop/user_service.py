"""What can be done with users. The unique constraints decide who was first, never a look beforehand."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

import attrs

from ferra_sync import Executor, from_, insert_into, select, update
from schema import NewUser, UserPatch, UserProfile, UserRole, Users

from .errors import Code, ServiceError, told_as
from .passwords import hashed, is_outdated, matches

_told: Final = partial(told_as, "user", not_found=Code.USER_NOT_FOUND, conflict=Code.USER_ALREADY_EXISTS)


@attrs.frozen
class Registration:
    """What somebody says who wants to be a user."""

    username: str
    email: str
    display_name: str
    password: str = attrs.field(repr=False)
    role: UserRole = UserRole.USER


@attrs.frozen
class UserService:
    """The users of a database, or of a transaction. What it returns has no password in it.

    Raises:
        ServiceError: with a code; DATABASE_ERROR in each of its methods.
    """

    db: Executor

    def create_user(self, asked: Registration) -> UserProfile:
        """Add a user; USER_ALREADY_EXISTS, VALIDATION_ERROR."""
        with _told():
            user = NewUser(asked.username, asked.email, asked.display_name, hashed(asked.password), asked.role)
            return self.db.fetch_one(insert_into(Users).values(user).returning(UserProfile))

    def get_user_profile(self, id: UUID) -> UserProfile:
        """Return what everyone may see of a user; USER_NOT_FOUND."""
        with _told():
            return self.db.fetch_one(from_(Users).find(id).select(UserProfile))

    def get_users_by_role(self, role: UserRole) -> list[UserProfile]:
        """Return the users with this role, by name."""
        with _told():
            return self.db.fetch_all(select(UserProfile).where(Users.role == role).order_by(Users.username))

    def update_user_status(self, id: UUID, *, is_active: bool) -> UserProfile:
        """Let a user in, or keep one out, in one UPDATE; USER_NOT_FOUND."""
        return self._patched(id, UserPatch(is_active=is_active))

    def change_user_role(self, id: UUID, role: UserRole) -> UserProfile:
        """Give a user another role, in one UPDATE; USER_NOT_FOUND."""
        return self._patched(id, UserPatch(role=role))

    def log_in(self, username: str, password: str) -> UserProfile:
        """Return the active user with this name and password, whose hash is renewed if it is outdated.

        INVALID_CREDENTIALS says the same, after as long, of a wrong name, a wrong password and a user who is kept out.
        """
        with _told():
            found = self.db.fetch_optional(
                from_(Users).where(Users.username == username, Users.is_active).select(UserProfile, Users.password_hash)
            )
            profile, stored = found or (None, None)
            if not matches(stored, password) or profile is None or stored is None:
                raise ServiceError(Code.INVALID_CREDENTIALS, "The name or the password is wrong")
            if is_outdated(stored):
                self._patched(profile.id, UserPatch(password_hash=hashed(password)))
            return profile

    def _patched(self, id: UUID, patch: UserPatch) -> UserProfile:
        with _told():
            return self.db.fetch_one(update(Users).find(id).set(patch).returning(UserProfile))
