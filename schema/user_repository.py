"""Users by what they are asked for."""

from __future__ import annotations

from ferra_sync import Executor, PgRepository, exists, from_, select
from schema.users import User, UserRole, Users


class UserRepository(PgRepository[User]):
    """The users."""

    __slots__ = ()

    def __init__(self, db: Executor) -> None:
        super().__init__(User, db)

    def find_by_email(self, email: str) -> User:
        """Return the user with this address; NotFound where there is none."""
        return self.db.fetch_one(select(User).where(Users.email == email))

    def find_by_username_prefix(self, prefix: str, limit: int = 10) -> list[User]:
        """Return the first users, by name, whose name begins with `prefix`; the index on `username` finds them."""
        return self.db.fetch_all(
            select(User).where(Users.username.startswith(prefix)).order_by(Users.username).limit(limit)
        )

    def find_by_role(self, role: UserRole) -> list[User]:
        """Return the users with this role, by name."""
        return self.find_by(Users.role == role, order_by=[Users.username])

    def exists_by_username_or_email(self, username: str, email: str) -> bool:
        """Whether a user has this name or this address.

        To refuse a second one, insert and catch `Conflict`: between this answer and an INSERT another may come.
        """
        taken = from_(Users).where((Users.username == username) | (Users.email == email))
        return self.db.fetch_value(select(exists(taken)))
