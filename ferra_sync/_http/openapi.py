"""The OpenAPI 3.1 document of resources: what they take and answer, from their models and filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._http import schemas
from ferra_sync._http.exchange import JSON
from ferra_sync._http.listing import Listing
from ferra_sync._http.problems import MEDIA_TYPE
from ferra_sync._http.resource import Operation, Resource
from ferra_sync._http.schemas import Schema
from ferra_sync._model.filter import Filter, filter_meta
from ferra_sync._model.model import ModelMeta

_VERSION: Final = "3.1.0"
_METHODS: Final[dict[Operation, str]] = {
    "list": "get",
    "create": "post",
    "get": "get",
    "replace": "put",
    "change": "patch",
    "delete": "delete",
}
_PROBLEM: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "type": "object",
        "description": "A problem document, RFC 9457.",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string", "description": "What programs tell problems apart by."},
            "errors": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["type", "title", "status", "detail", "code"],
    }
)
_REFUSALS: Final[dict[Operation, tuple[int, ...]]] = {
    "list": (400, 422),
    "create": (400, 409, 413, 415, 422),
    "get": (404,),
    "replace": (400, 404, 409, 412, 413, 415, 422),
    "change": (400, 404, 409, 412, 413, 415, 422),
    "delete": (404, 409, 412),
}
_WORDS: Final = {
    400: "The request cannot be read.",
    404: "There is no such row.",
    409: "A constraint of the database is violated.",
    412: "The row has changed since.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    422: "Something in it is not valid.",
}


@attrs.frozen
class Served:
    """A resource where it is served.

    Attributes:
        name: what it is called.
        paths: operation → path, `/films/{id}`.
    """

    name: str
    resource: Resource[Any]
    paths: Mapping[Operation, str]


def document(title: str, version: str, served: Iterable[Served]) -> Schema:
    """Return the document of all that is served."""
    writer = _Writer()
    paths: dict[str, Schema] = {}
    for each in served:
        for operation, path in each.paths.items():
            paths.setdefault(path, {})[_METHODS[operation]] = writer.operation(each, operation)
    return {
        "openapi": _VERSION,
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": {"Problem": dict(_PROBLEM), **writer.components}},
    }


class _Writer:
    """Writes operations, and keeps the schemas that they refer to."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self._names: dict[tuple[type, str], str] = {}

    def operation(self, served: Served, operation: Operation) -> Schema:
        """Return an operation of a resource."""
        resource = served.resource
        found: Schema = {
            "operationId": f"{served.name}.{operation}",
            "tags": [served.name],
            "responses": {**self._success(resource, operation), **_refusals(operation)},
        }
        parameters = [*_segments(resource.meta, served.paths[operation]), *_parameters(resource, operation)]
        if parameters:
            found["parameters"] = parameters
        body = self._body(resource, operation)
        if body is not None:
            found["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
        return found

    def _body(self, resource: Resource[Any], operation: Operation) -> Schema | None:
        if operation == "create":
            return self._taken(resource.create or resource.model)
        if operation == "replace":
            return self._taken(resource.model)
        return self._taken(resource.change) if operation == "change" else None

    def _taken(self, model: type[Any]) -> Schema:
        meta = ModelMeta.of(model)
        return self._reference(model, "Body" if meta.purpose == "read" else "", schemas.taken(meta))

    def _answered(self, resource: Resource[Any]) -> Schema:
        return self._reference(resource.model, "", schemas.answered(resource.meta))

    def _success(self, resource: Resource[Any], operation: Operation) -> Schema:
        if operation == "delete":
            return {"204": {"description": "It is deleted."}}
        if operation == "list":
            part = {"type": "object", "properties": _part(resource.listing, self._answered(resource))}
            part["required"] = list(part["properties"])
            return {"200": {"description": "Some rows.", "content": {JSON: {"schema": part}}}}
        content = {JSON: {"schema": self._answered(resource)}}
        headers = {"ETag": {"description": "The row's version.", "schema": {"type": "string"}}}
        if operation == "create":
            headers["Location"] = {"description": "Where the row is.", "schema": {"type": "string"}}
            return {"201": {"description": "It is created.", "headers": headers, "content": content}}
        found: Schema = {"200": {"description": "The row.", "headers": headers, "content": content}}
        return found | ({"304": {"description": "Not modified."}} if operation == "get" else {})

    def _reference(self, model: type[Any], suffix: str, schema: Schema) -> Schema:
        """Return a reference to a schema; a second class of one name has a number behind it."""
        name = self._names.get((model, suffix))
        if name is None:
            name = wanted = f"{model.__name__}{suffix}"
            while name in self.components or name == "Problem":
                name = f"{wanted}{len(self.components) + 1}"
            self._names[model, suffix] = name
            self.components[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}


def _refusals(operation: Operation) -> Schema:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": _WORDS[status], "content": content} for status in _REFUSALS[operation]}


def _segments(meta: ModelMeta, path: str) -> Iterable[Schema]:
    """Yield a parameter for each segment of a path in braces; what is no column of the key is somebody else's."""
    keys = {field.key: field for field in meta.key_fields}
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        field = keys.get(name)
        is_known = field is not None and field.type is not FieldType.CUSTOM
        schema = schemas.column_schema(field.ref.type) if field is not None and is_known else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _parameters(resource: Resource[Any], operation: Operation) -> list[Schema]:
    if operation == "list":
        return [*_of_filter(resource.listing), *_of_part(resource.listing)]
    header = {"get": "If-None-Match", "create": None}.get(operation, "If-Match")
    return [] if header is None else [{"name": header, "in": "header", "schema": {"type": "string"}}]


def _of_filter(listing: Listing[Any]) -> Iterable[Schema]:
    if listing.filters is None or not issubclass(listing.filters, Filter):
        return
    for field in filter_meta(listing.filters).fields:
        schema = schemas.parameter_schema(field.wanted)
        if field.takes_none:
            schema = {"anyOf": [schema, {"const": "null"}]}
        yield _query(field.key, schema, required=field.key in listing.required)


def _of_part(listing: Listing[Any]) -> Iterable[Schema]:
    number = {"type": "integer", "minimum": 1}
    size = number | {"maximum": listing.max_per_page}
    if listing.paging == "page":
        yield from (_query("page", number | {"default": 1}), _query("per_page", size))
    else:
        yield from (_query("limit", size), _query("after", {"type": "string"}), _query("before", {"type": "string"}))
    if listing.sort is not None:
        names = ", ".join(listing.sort.names)
        yield _query("sort", {"type": "string"}) | {"description": f"{names}, with - in front to reverse it"}


def _query(name: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _part(listing: Listing[Any], item: Schema) -> Schema:
    """Return the members of a part of a list."""
    flags = {name: {"type": "boolean"} for name in ("has_next", "has_previous")}
    items: Schema = {"items": {"type": "array", "items": item}}
    if listing.paging == "keyset":
        return items | {name: {"type": ["string", "null"]} for name in ("next", "previous")} | flags
    numbers = {name: {"type": "integer"} for name in ("total", "page", "per_page", "total_pages")}
    return items | numbers | {"total_is_exact": {"type": "boolean"}} | flags
