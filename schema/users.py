"""Users, each with a role."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Constraint,
    FerraModel,
    Insertable,
    Table,
    Unset,
    check,
    index,
    when_set,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from schema._rules import email_address, not_empty


class UserRole(enum.Enum):
    """What a user may do, from the least to the most."""

    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Users(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    username = t.varchar(50, unique=True)
    email = t.varchar(100, unique=True)
    display_name = t.varchar(100)
    password_hash = t.varchar(255, secret=True)
    role = t.enum(UserRole, default=UserRole.USER, index=True)
    is_active = t.boolean(default=True)
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (
            check(cls.username != "", name="users_username_not_empty"),
            check(cls.email.contains("@"), name="users_email_has_an_at"),
            check(cls.display_name != "", name="users_display_name_not_empty"),
            # The unique index serves LIKE 'al%' only where the database's own collation is C.
            index(cls.username, operator_class="varchar_pattern_ops", name="users_username_prefix_idx"),
        )


@attrs.define
class User(FerraModel[Users]):
    """A whole row."""

    username: str = attrs.field(validator=not_empty)
    email: str = attrs.field(validator=email_address)
    display_name: str = attrs.field(validator=not_empty)
    password_hash: str
    role: UserRole = UserRole.USER
    is_active: bool = True
    id: UUID = SERVER_DEFAULT
    created_at: datetime = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT

    def activate(self) -> None:
        """Let the user in; stamped when it is written."""
        self.is_active = True

    def deactivate(self) -> None:
        """Keep the user out; stamped when it is written."""
        self.is_active = False


@attrs.frozen
class UserProfile(FerraModel[Users]):
    """What everyone may see of a user."""

    id: UUID
    username: str
    email: str
    display_name: str
    role: UserRole


@attrs.define
class NewUser(Insertable[Users]):
    """A user to create."""

    username: str = attrs.field(validator=not_empty)
    email: str = attrs.field(validator=email_address)
    display_name: str = attrs.field(validator=not_empty)
    password_hash: str
    role: UserRole = UserRole.USER


@attrs.define
class UserPatch(Changeset[Users]):
    """What may change in a user."""

    username: str | Unset = attrs.field(default=UNSET, validator=when_set(not_empty))
    email: str | Unset = attrs.field(default=UNSET, validator=when_set(email_address))
    display_name: str | Unset = attrs.field(default=UNSET, validator=when_set(not_empty))
    password_hash: str | Unset = UNSET
    role: UserRole | Unset = UNSET
    is_active: bool | Unset = UNSET
