"""Users over HTTP: listed by role, registered, shown, kept out and promoted."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

import attrs
from flask import Blueprint, Response, request

from ferra_sync import UNSET, Changeset, Filter, Unset, ValidationError, by, validated
from ferra_sync.integrations.flask import ProblemError, json_response, request_body
from schema import UserRole, Users

from .answers import answered, ferra
from .user_service import Registration, UserService

users = Blueprint("users", __name__, url_prefix="/api/users")


@attrs.frozen
class UserFilter(Filter[Users]):
    """Which users are listed."""

    role: UserRole | Unset = by(Users.role)


@attrs.frozen
class Admission(Changeset[Users]):
    """Whether a user is let in."""

    is_active: bool


@attrs.frozen
class Promotion(Changeset[Users]):
    """Another role."""

    role: UserRole


@users.get("")
def get_users() -> Response:
    asked = UserFilter.parse(request.args.to_dict(flat=False))
    if asked.role is UNSET:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "MISSING_PARAMETER", "role is required")
    with answered():
        return json_response(_service().get_users_by_role(asked.role))


@users.get("/<uuid:id>")
def get_user_by_id(id: UUID) -> Response:
    with answered():
        return json_response(_service().get_user_profile(id))


@users.post("")
def create_user() -> Response:
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise ProblemError(HTTPStatus.BAD_REQUEST, "INVALID_REQUEST", "the body is no JSON object")
    password = data.pop("password", None)
    asked = validated(Registration, data)
    if not isinstance(password, str):
        raise ValidationError("Registration", {"password": "is no text"})
    with answered():
        return json_response(_service().create_user(asked, password), HTTPStatus.CREATED)


@users.put("/<uuid:id>/status")
def update_user_status(id: UUID) -> Response:
    asked = request_body(Admission)
    with answered():
        return json_response(_service().update_user_status(id, is_active=asked.is_active))


@users.put("/<uuid:id>/role")
def update_user_role(id: UUID) -> Response:
    asked = request_body(Promotion)
    with answered():
        return json_response(_service().change_user_role(id, asked.role))


def _service() -> UserService:
    return UserService(ferra.db)
