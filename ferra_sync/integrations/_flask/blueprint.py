"""A resource as a blueprint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import attrs
from flask import Blueprint, Flask, Response, current_app, request

from ferra_sync import Changeset, FerraModel, In, Insertable, PgRepository
from ferra_sync._http.exchange import JSON, Reply
from ferra_sync._http.listing import Listing
from ferra_sync._http.resource import OPERATIONS, Operation, Resource
from ferra_sync._repository.protocol import Repository
from ferra_sync.integrations._flask.extension import state_of
from ferra_sync.integrations._flask.views import LIMIT, asked

S = TypeVar("S")

_EVERYTHING: Final[Listing[Any]] = Listing()


@attrs.frozen
class CrudOptions:
    """What else a CRUD blueprint may be told.

    Attributes:
        name: of the blueprint; "": that of the table.
        operations: which there are of list, get, create, replace, change and delete.
        repository: returns the repository, `lambda: UserRepository(ferra.db)`; None: `PgRepository(model, ferra.db)`.
        max_body: the most bytes of a body, where the application has no MAX_CONTENT_LENGTH.
    """

    name: str = ""
    operations: tuple[Operation, ...] = OPERATIONS
    repository: Callable[[], Repository[Any]] | None = None
    max_body: int = LIMIT


_DEFAULTS: Final = CrudOptions()


class CrudBlueprint(Blueprint):
    """A blueprint of one resource.

    Attributes:
        resource: what it serves.
    """

    resource: Resource[Any]


def crud_blueprint(
    model: type[FerraModel[S]],
    *,
    create: type[Insertable[S]] | None = None,
    change: type[Changeset[S]] | None = None,
    listing: Listing[In[S]] | None = None,
    options: CrudOptions = _DEFAULTS,
) -> Blueprint:
    """Return a blueprint that serves the rows of a table as JSON, each under its key; of several columns, `/a/b`.

    GET lists rows or answers one, POST inserts, PUT sets all that the model leaves to its user, PATCH what is given,
    DELETE deletes. Secret columns are in no answer. Entity tags are the row's version, or a digest of what is shown of
    it. Register it with a prefix: `app.register_blueprint(films, url_prefix="/films")`; its own is the table's name.

    Args:
        model: what is answered, and what PUT takes.
        create: what POST takes; without one the model.
        change: what PATCH takes; without one what the model leaves to its user, key aside.
        listing: what the list may be asked for.
        options: what else.

    Raises:
        SchemaError: a class is of another table, the key is no path, or a row cannot be created.
        QueryError: the table has no primary key, or the model lacks a column of it.
    """
    resource: Resource[Any] = Resource.of(
        model, create, change, _EVERYTHING if listing is None else listing, options.operations
    )
    name = options.name or resource.meta.table.name
    blueprint = CrudBlueprint(name, __name__, url_prefix=f"/{name}")
    blueprint.resource = resource
    _Views(resource, options).add_to(blueprint)
    return blueprint


class _Views:
    """The views of a resource."""

    def __init__(self, resource: Resource[Any], options: CrudOptions) -> None:
        self._resource = resource
        self._options = options

    def add_to(self, blueprint: Blueprint) -> None:
        resource = self._resource
        row = "/" + "/".join(f"<string:{field.key}>" for field in resource.meta.key_fields)
        views: dict[Operation, tuple[str, str, Callable[..., Reply]]] = {
            "list": ("", "GET", resource.list),
            "create": ("", "POST", resource.post),
            "get": (row, "GET", resource.get),
            "replace": (row, "PUT", resource.put),
            "change": (row, "PATCH", resource.patch),
            "delete": (row, "DELETE", resource.delete),
        }
        names = [field.key for field in resource.meta.key_fields]
        for operation, (rule, method, answer) in views.items():
            if operation in resource.operations:
                view = self._view(answer, names if rule else [])
                blueprint.add_url_rule(rule, operation, view, methods=[method])

    def _view(self, answer: Callable[..., Reply], names: Sequence[str]) -> Callable[..., Response]:

        def view(**segments: str) -> Response:
            key = ([segments[name] for name in names],) if names else ()
            return _response(answer(self._repository(), asked(self._options.max_body), *key))

        return view

    def _repository(self) -> Repository[Any]:
        make = self._options.repository
        return PgRepository(self._resource.model, state_of(_application()).db) if make is None else make()


def _application() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy
    return app


def _response(reply: Reply) -> Response:
    headers = dict(reply.headers)
    if reply.path is not None:
        headers["Location"] = f"{request.root_path}{request.path.rstrip('/')}/{reply.path}"
    response = Response(reply.body, reply.status, headers, content_type=JSON)
    if not reply.body:
        del response.headers["Content-Type"]
    return response
