"""Functions of documents, which are jsonb: a column of json is one by `.cast(t.jsonb())`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Never, TypeAlias, overload

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.documents import Document, Json, Path, spelled_path
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.nulls import always, never, strict
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import S2, S3, G, N, S, Sa
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import call, expression

# A document, as JSON spells it or as an expression of jsonb; and what one is made of, an expression of any type.
Doc: TypeAlias = Json | Expr[S, Document, N, G]
Part: TypeAlias = Json | Expr[S, Any, Any, G]

_JSONPATH: Final[SqlType[str]] = SqlType(kind=FieldType.TEXT, ddl="jsonpath", cast="jsonpath", classes=(str,))

_EXISTS: Final = FunctionRef("jsonb_path_exists", nulls=strict, returns=sql.BOOLEAN)
_MATCH: Final = FunctionRef("jsonb_path_match", nulls=always, returns=sql.BOOLEAN)
_FIRST: Final = FunctionRef("jsonb_path_query_first", nulls=always, returns=sql.JSONB)
_SET: Final = FunctionRef("jsonb_set", nulls=strict, returns=sql.JSONB)
_INSERT: Final = FunctionRef("jsonb_insert", nulls=strict, returns=sql.JSONB)
_STRIP_NULLS: Final = FunctionRef("jsonb_strip_nulls", nulls=strict, returns=sql.JSONB)
_LENGTH: Final = FunctionRef("jsonb_array_length", nulls=strict, returns=sql.INTEGER)
_TYPEOF: Final = FunctionRef("jsonb_typeof", nulls=strict, returns=sql.TEXT)
_PRETTY: Final = FunctionRef("jsonb_pretty", nulls=strict, returns=sql.TEXT)
_TO_JSONB: Final = FunctionRef("to_jsonb", nulls=strict, returns=sql.JSONB)
_OBJECT: Final = FunctionRef("jsonb_build_object", nulls=never, returns=sql.JSONB)
_ARRAY: Final = FunctionRef("jsonb_build_array", nulls=never, returns=sql.JSONB)


def _document(function: FunctionRef, value: object) -> AnyExpr:
    """Return what a function of documents takes; QueryError where it is none."""
    given = expression(function.name, value)
    if given.type.kind is not FieldType.JSONB:
        cure = ".cast(t.jsonb())" if given.type.kind is FieldType.JSON else "fn.to_jsonb(…)"
        raise QueryError(f"{function} takes jsonb, not {given.type}: say {cure}")
    return given


# Into a document


def jsonb_path_exists(
    value: Expr[S, Document, N, G], path: str, variables: Mapping[str, Json] | None = None
) -> Expr[S, bool, N, G]:
    """Whether a path of SQL/JSON, `$.tags[*] ? (@ == $tag)`, finds anything; the server checks the path."""
    return _by_path(_EXISTS, sql.BOOLEAN, value, path, variables)


def jsonb_path_match(
    value: Expr[S, Document, Any, G], path: str, variables: Mapping[str, Json] | None = None
) -> Expr[S, bool, None, G]:
    """What a predicate of SQL/JSON, `$.likes > 3`, says; None where it cannot tell."""
    return _by_path(_MATCH, sql.BOOLEAN, value, path, variables)


def jsonb_path_query_first(
    value: Expr[S, Document, Any, G], path: str, variables: Mapping[str, Json] | None = None
) -> Expr[S, Any, None, G]:
    """The first document that a path of SQL/JSON finds; None where it finds none."""
    return _by_path(_FIRST, sql.JSONB, value, path, variables)


def _by_path(function: FunctionRef, returns: SqlType[Any], value: AnyExpr, path: str, variables: object) -> AnyExpr:
    of = f"an argument of {function}"
    given = [parameter(path, _JSONPATH, of)]
    if path is None:
        raise QueryError(f"{function} takes a path such as '$.tags[*]', not None")
    if variables is not None:
        if not isinstance(variables, Mapping):
            raise QueryError(f"{function} takes its variables in a dict, not in a {type(variables).__name__}")
        given.append(parameter(dict(variables), sql.JSONB, of))
    return call(function, returns, _document(function, value), *given)


def jsonb_array_length(value: Expr[S, Document, N, G]) -> Expr[S, int, N, G]:
    """How many elements a document that is a list has; of another it is an error of the server's."""
    return call(_LENGTH, sql.INTEGER, _document(_LENGTH, value))


def jsonb_typeof(value: Expr[S, Document, N, G]) -> Expr[S, str, N, G]:
    """`object`, `array`, `string`, `number`, `boolean`, or `null` for the document `null`."""
    return call(_TYPEOF, sql.TEXT, _document(_TYPEOF, value))


def jsonb_pretty(value: Expr[S, Document, N, G]) -> Expr[S, str, N, G]:
    """The document as text, indented."""
    return call(_PRETTY, sql.TEXT, _document(_PRETTY, value))


# Changes


def jsonb_set(
    value: Expr[S, Document, N, G], path: Path, new: Doc[Sa, N, G], *, create: bool = True
) -> Expr[S | Sa, Any, N, G]:
    """The document with `new` where the path leads; where nothing is there it is put in, but for `create=False`.

    Raises:
        QueryError: `new` is None, which would make the whole NULL: the document `null` is `JSON_NULL`.
    """
    return _changed(_SET, value, path, new, create)


def jsonb_insert(
    value: Expr[S, Document, N, G], path: Path, new: Doc[Sa, N, G], *, after: bool = False
) -> Expr[S | Sa, Any, N, G]:
    """The document with `new` put in before the place in a list to which the path leads, or after it, or as a new key.

    Raises:
        QueryError: `new` is None, which would make the whole NULL: the document `null` is `JSON_NULL`.
    """
    return _changed(_INSERT, value, path, new, after)


def _changed(function: FunctionRef, value: AnyExpr, path: object, new: object, option: object) -> AnyExpr:
    of = f"an argument of {function}"
    if new is None:
        raise QueryError(f"{function} with None is always NULL: the document null is JSON_NULL")
    steps = parameter(spelled_path(function.name, path), sql.TEXT.array, of)
    given = _document(function, new) if isinstance(new, Expr) else parameter(new, sql.JSONB, of)
    return call(function, sql.JSONB, _document(function, value), steps, given, parameter(option, sql.BOOLEAN, of))


def jsonb_strip_nulls(value: Expr[S, Document, N, G]) -> Expr[S, Any, N, G]:
    """The document without the keys whose value is `null`."""
    return call(_STRIP_NULLS, sql.JSONB, _document(_STRIP_NULLS, value))


# From other values


def to_jsonb(value: Expr[S, Any, N, G]) -> Expr[S, Any, N, G]:
    """A value of any type as a document."""
    return call(_TO_JSONB, sql.JSONB, expression("to_jsonb", value))


@overload
def jsonb_build_object(key: str, value: Part[S, G], /) -> Expr[S, Any, Never, G]: ...
@overload
def jsonb_build_object(
    key: str, value: Part[S, G], key2: str, value2: Part[S2, G], /
) -> Expr[S | S2, Any, Never, G]: ...
@overload
def jsonb_build_object(
    key: str, value: Part[S, G], key2: str, value2: Part[S2, G], key3: str, value3: Part[S3, G], /,
    *more: str | Part[Sa, G],
) -> Expr[S | S2 | S3 | Sa, Any, Never, G]: ...  # fmt: skip
def jsonb_build_object(*pairs: object) -> AnyExpr:
    """A document of keys and values in turn, `jsonb_build_object("id", Users.id, "name", Users.name)`.

    A value is an expression of any type, or what JSON spells; NULL is the document `null`.

    Raises:
        QueryError: a key is no string, or the last has no value.
    """
    if not pairs or len(pairs) % 2:
        raise QueryError("jsonb_build_object takes keys and values in turn: jsonb_build_object('id', Users.id)")
    if not all(isinstance(key, str) for key in pairs[::2]):
        raise QueryError("jsonb_build_object takes keys that are strings")
    parts = [
        _part(_OBJECT, each) if number % 2 else parameter(each, sql.TEXT, "a key of jsonb_build_object")
        for number, each in enumerate(pairs)
    ]
    return call(_OBJECT, sql.JSONB, *parts)


@overload
def jsonb_build_array(value: Part[S, G], /) -> Expr[S, Any, Never, G]: ...
@overload
def jsonb_build_array(value: Part[S, G], second: Part[S2, G], /) -> Expr[S | S2, Any, Never, G]: ...
@overload
def jsonb_build_array(
    value: Part[S, G], second: Part[S2, G], third: Part[S3, G], /, *more: Part[Sa, G]
) -> Expr[S | S2 | S3 | Sa, Any, Never, G]: ...
def jsonb_build_array(*values: object) -> AnyExpr:
    """A document that is a list of these: expressions of any type, or what JSON spells; NULL is `null`."""
    if not values:
        raise QueryError("jsonb_build_array takes values: the empty list is fn.literal([], t.jsonb())")
    return call(_ARRAY, sql.JSONB, *[_part(_ARRAY, value) for value in values])


def _part(function: FunctionRef, given: object) -> AnyExpr:
    return given if isinstance(given, Expr) else parameter(given, sql.JSONB, f"an argument of {function}")
