"""Where the database is, and how connections to it behave."""

from __future__ import annotations

import math
import os
import re
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import quote, unquote

import attrs
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ferra_sync._postgres.dotenv import dotenv_values
from ferra_sync._postgres.observer import Observer, checked
from ferra_sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    Validator: TypeAlias = Callable[[Any, "attrs.Attribute[Any]", Any], None]

Check: TypeAlias = Literal["socket", "query", "never"]
"""How an idle connection is tested: a look at its socket, a round trip, or not at all."""

_CHECKS: Final = ("socket", "query", "never")
_VARIABLE: Final = "DATABASE_URL"
_FORMS: Final = "postgresql://user:password@host:port/database or host=… dbname=…"
_URL: Final = re.compile(r"postgres(?:ql)?://")
_OTHER_KIND: Final = re.compile(r"(?!postgres)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
"""A URL of another kind of database, which its own provider reads."""
_KNOWN_KIND: Final = re.compile(r"(sqlite|mongodb)(?:\+srv)?:")
_OPENED_BY: Final = {"sqlite": "SqliteDatabase", "mongodb": "MongoDatabase"}
_FOREIGN_DRIVER: Final = re.compile(r"(postgres(?:ql)?\+\w+)://")
_PORTS: Final = re.compile(r"[\d,]*")
_SECRETS: Final = frozenset(
    {"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key", "options"}
)
"""What `repr` leaves out; `options` may set anything."""
_PREPARED: Final = "prepared_statements"
_SWITCHES: Final = frozenset({"true", "false"})
_QUERY: Final = re.compile(r"(\w+://(?:[^@/]*@)?[^?]*)(?:\?(.*))?", re.DOTALL)
"""A URL's address, where a user's name or password may hold a `?`, and its query."""
_WORD: Final = re.compile(r"""(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?!')(?:[^\s\\]|\\.)*)""", re.DOTALL)
"""One `name=value` of libpq's other form."""
_LEAST_SECRET: Final = 16
_SERVER_LIMIT: Final = 2_147_483.0
"""Seconds: PostgreSQL counts its timeouts in milliseconds, in 32 bits."""


def _number(least: int) -> Validator:
    def check(_config: DatabaseConfig, field: attrs.Attribute[int], value: object) -> None:
        if type(value) is not int:
            raise ConfigError(f"{field.name} is a whole number, not {type(value).__name__}")
        if value < least:
            raise ConfigError(f"{field.name} is {value}; it must be at least {least}")

    return check


def _seconds(most: float, *, optional: bool = False) -> Validator:
    def check(_config: DatabaseConfig, field: attrs.Attribute[Any], value: object) -> None:
        if value is None and optional:
            return
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"{field.name} is a number of seconds, not {type(value).__name__}")
        if not 0 < value <= most:
            raise ConfigError(f"{field.name} is {value} s; it must be more than 0 and at most {most:.0f}")

    return check


def _check_kind(_config: DatabaseConfig, field: attrs.Attribute[Check], value: object) -> None:
    if value not in _CHECKS:
        raise ConfigError(f"{field.name} is one of {', '.join(map(repr, _CHECKS))}")


def _check_switch(_config: DatabaseConfig, field: attrs.Attribute[bool], value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigError(f"{field.name} is True or False, not {type(value).__name__}")


def _check_text(_config: DatabaseConfig, field: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str):
        raise ConfigError(f"{field.name} is a string, not {type(value).__name__}")
    if "\0" in value:
        raise ConfigError(f"{field.name} holds a NUL character")


def _check_secrets(_config: DatabaseConfig, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(secret, str | bytes) for secret in value):
        raise ConfigError(f"{field.name} is a tuple of texts or bytes")
    if any(len(secret) < _LEAST_SECRET for secret in value):
        raise ConfigError(f"{field.name} holds a secret of less than {_LEAST_SECRET} characters")


def _check_observers(_config: DatabaseConfig, _field: attrs.Attribute[Any], value: object) -> None:
    checked(value)


def _check_url(_config: DatabaseConfig, field: attrs.Attribute[str], value: object) -> None:
    _check_text(_config, field, value)
    if isinstance(value, str) and value and not _OTHER_KIND.match(value):
        _parsed(value)


@attrs.frozen(repr=False, str=False)
class DatabaseConfig:
    """How connections to a database are made, kept and tested. Times are seconds.

    Attributes:
        url: `postgresql://user:password@host:port/database`, or libpq's `host=… dbname=…`; "": look elsewhere.
        max_connections: how many connections there are at most.
        min_connections: how many are kept open.
        connect_timeout: how long one attempt to connect may take, in whole seconds from 2 up; the URL's own wins.
        idle_timeout: how long a connection above the minimum stays open unused.
        max_lifetime: after how long a connection is replaced.
        test_before_acquire: `"socket"`: a connection that was closed or has unread input is replaced, which takes
            microseconds to see; `"query"`: a round trip to the server each time; `"never"`.
        acquire_timeout: how long to wait for a free connection.
        statement_timeout: how long a statement may run; None: as long as the server lets it.
        lock_timeout: how long a statement may wait for a lock; None likewise.
        idle_in_transaction_timeout: how long an open transaction may do nothing; None likewise.
        leak_after: after how long a connection that a transaction, a stream, a lock or `db.connection()` keeps is
            reported, with the line that took it, as a warning of the logger `ferra_sync.pool`; None: never.
        application_name: as `pg_stat_activity` shows it; the URL's own wins.
        prepared_statements: whether statements that come again are prepared; False behind a pooler that hands a
            session from one to the next after each transaction, such as PgBouncer. The timeouts are then set in each
            transaction, since no session is ours. The URL's own `prepared_statements=false` wins.
        token_secrets: what signs the tokens of keyset pages, each of at least 16 characters; the first signs, and what
            any of them has signed is taken, so that a new one is put in front of the old. Empty: nothing is signed.
        token_lifetime: for how long a signed token is taken; None: for ever.
        observers: who hears of statements, connections and transactions of a PostgreSQL.

    Raises:
        ConfigError: a field cannot be used, by name.
    """

    url: str = attrs.field(default="", validator=_check_url)
    max_connections: int = attrs.field(default=10, kw_only=True, validator=_number(1))
    min_connections: int = attrs.field(default=2, kw_only=True, validator=_number(1))
    connect_timeout: float = attrs.field(default=30.0, kw_only=True, validator=_seconds(_SERVER_LIMIT))
    idle_timeout: float = attrs.field(default=600.0, kw_only=True, validator=_seconds(threading.TIMEOUT_MAX))
    max_lifetime: float = attrs.field(default=1800.0, kw_only=True, validator=_seconds(threading.TIMEOUT_MAX))
    test_before_acquire: Check = attrs.field(default="socket", kw_only=True, validator=_check_kind)
    acquire_timeout: float = attrs.field(default=30.0, kw_only=True, validator=_seconds(threading.TIMEOUT_MAX))
    statement_timeout: float | None = attrs.field(
        default=None, kw_only=True, validator=_seconds(_SERVER_LIMIT, optional=True)
    )
    lock_timeout: float | None = attrs.field(
        default=None, kw_only=True, validator=_seconds(_SERVER_LIMIT, optional=True)
    )
    idle_in_transaction_timeout: float | None = attrs.field(
        default=None, kw_only=True, validator=_seconds(_SERVER_LIMIT, optional=True)
    )
    leak_after: float | None = attrs.field(
        default=None, kw_only=True, validator=_seconds(threading.TIMEOUT_MAX, optional=True)
    )
    application_name: str = attrs.field(default="ferra_sync", kw_only=True, validator=_check_text)
    prepared_statements: bool = attrs.field(default=True, kw_only=True, validator=_check_switch)
    token_secrets: tuple[str | bytes, ...] = attrs.field(default=(), kw_only=True, validator=_check_secrets)
    token_lifetime: float | None = attrs.field(
        default=None, kw_only=True, validator=_seconds(threading.TIMEOUT_MAX, optional=True)
    )

    observers: tuple[Observer, ...] = attrs.field(default=(), kw_only=True, validator=_check_observers)

    def __attrs_post_init__(self) -> None:
        if self.min_connections > self.max_connections:
            raise ConfigError(
                f"min_connections is {self.min_connections}; max_connections allows only {self.max_connections}"
            )
        if self.token_lifetime is not None and not self.token_secrets:
            raise ConfigError("token_lifetime needs token_secrets: anybody may write another time into a plain token")

    def __repr__(self) -> str:
        others = (f"{name}={getattr(self, name)!r}" for name in _FIELDS)
        return f"{type(self).__name__}({without_secrets(self.url)!r}, {', '.join(others)})"


_FIELDS: Final = tuple(
    field.name for field in attrs.fields(DatabaseConfig) if field.name not in {"url", "token_secrets", "observers"}
)


def resolve_url(url: str | None) -> str:
    """Return `url`, or where it is None the environment's DATABASE_URL, or the one in the working directory's `.env`.

    `.env` is read where python-dotenv is installed; the environment is never changed. A `.env` that another user but
    root owns, or that everyone may write, is refused: its writer would choose where our data go.

    Raises:
        ConfigError: there is none, it has a form that PostgreSQL does not know, or `.env` is not to be trusted.
    """
    found = url if url is not None else found_url()
    if not isinstance(found, str):
        raise ConfigError(f"the database's URL is a string, not {type(found).__name__}")
    _parsed(found)
    return found


def found_url() -> str:
    """Return the environment's DATABASE_URL, or the one in `.env`, of whatever kind of database.

    Raises:
        ConfigError: there is none, or `.env` is not to be trusted.
    """
    found = environment_url()
    if found is None:
        raise ConfigError(
            f"no database URL: pass one, or set {_VARIABLE}, or put it into a .env file: {_FORMS};"
            f" python-dotenv reads the file"
        )
    return found


def environment_url() -> str | None:
    """Return what `found_url` does; None where there is none."""
    found = os.environ.get(_VARIABLE)
    if not found:
        with suppress(ImportError):  # `.env` is read where python-dotenv is installed.
            found = dotenv_values().get(_VARIABLE)
    return found or None


def connection_parameters(config: DatabaseConfig) -> dict[str, Any]:
    """Return what libpq is given, by keyword.

    What the URL says itself goes before the config: connect_timeout, application_name, and settings in its `options`.

    Raises:
        ConfigError: the URL is missing or does not parse; it is never shown.
    """
    if not config.url:
        raise ConfigError(f"no database URL: it is {_FORMS}")
    parameters = _parsed(config.url)
    parameters.pop(_PREPARED, None)
    parameters.setdefault("connect_timeout", str(max(2, math.ceil(config.connect_timeout))))
    parameters.setdefault("application_name", config.application_name)
    timeouts = _timeouts(config) if has_prepared_statements(config) else ()
    if timeouts:
        own = parameters.get("options") or os.environ.get("PGOPTIONS", "")
        parameters["options"] = " ".join([*(f"-c {name}={value}" for name, value in timeouts), own]).rstrip()
    return parameters


def has_prepared_statements(config: DatabaseConfig) -> bool:
    """Return what the URL says of prepared statements, or else the config."""
    said = _parsed(config.url).get(_PREPARED)
    return config.prepared_statements if said is None else said == "true"


def local_timeouts(config: DatabaseConfig) -> bytes:
    """Return what follows a BEGIN where the timeouts cannot be the session's; nothing where they can, or are none."""
    timeouts = () if has_prepared_statements(config) else _timeouts(config)
    return "".join(f"; SET LOCAL {name} = '{value}'" for name, value in timeouts).encode()


def _timeouts(config: DatabaseConfig) -> tuple[tuple[str, str], ...]:
    """Return PostgreSQL's names of the timeouts that are set; with none there are no `options`, for some poolers."""
    settings = {
        "statement_timeout": config.statement_timeout,
        "lock_timeout": config.lock_timeout,
        "idle_in_transaction_session_timeout": config.idle_in_transaction_timeout,
    }
    return tuple(
        (name, f"{max(1, round(seconds * 1000))}ms") for name, seconds in settings.items() if seconds is not None
    )


def with_database(url: str, name: str) -> str:
    """Return the URL of another database of the same server; ConfigError where `url` does not parse."""
    return _as_url({parameter: str(value) for parameter, value in (_parsed(url) | {"dbname": name}).items()})


def without_secrets(url: str) -> str:
    """Return `url` in a form fit for messages: without password and options, and `…` where it does not parse."""
    if not url:
        return ""
    try:
        parameters = _parsed(url)
    except ConfigError:
        return "…"
    shown = {name: str(value) for name, value in parameters.items() if name not in _SECRETS}
    if _URL.match(url):
        return _as_url(shown)
    ours = f" {_PREPARED}={shown.pop(_PREPARED)}" if _PREPARED in shown else ""
    return make_conninfo(**shown) + ours


def _as_url(parameters: dict[str, str]) -> str:
    database = quote(parameters.pop("dbname", ""), safe="")
    user = quote(parameters.pop("user", ""), safe="")
    hosts = parameters.get("host", "").split(",")
    authority = ""
    if not any("/" in host or ":" in host for host in hosts):
        ports = parameters.pop("port", "").split(",")
        ports = ports * len(hosts) if len(ports) == 1 else ports
        authority = ",".join(f"{host}:{port}" if port else host for host, port in zip(hosts, ports, strict=False))
        parameters.pop("host", None)
    rest = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return f"postgresql://{user}{'@' if user else ''}{authority}/{database}{'?' if rest else ''}{rest}"


def _parsed(url: str) -> dict[str, Any]:
    """Return libpq's parameters and our own, or raise a ConfigError that shows none of the URL.

    A password with a raw `@` or `/` makes libpq take a part of it for the host, the port or the database, and these
    it shows in its own messages.
    """
    foreign = _FOREIGN_DRIVER.match(url)
    if foreign:
        raise ConfigError(f"the database's URL begins with {foreign[1]}://; write postgresql://")
    known = _KNOWN_KIND.match(url)
    if known:
        other = f"{_OPENED_BY[known[1]]}.connect, or Databases"
        raise ConfigError(f"the database's URL begins with {known[1]}: say {other}")
    own, url = _taken_out(url)
    parameters = _parsed_by_libpq(url)
    if parameters is None or not (parameters or _URL.match(url)):
        raise ConfigError(f"the database's URL does not parse; it is {_FORMS}, and special characters are %-encoded")
    if _URL.match(url) and _is_torn(url, parameters):
        raise ConfigError("the database's URL does not parse; write @ as %40 and / as %2F in user names and passwords")
    if not _PORTS.fullmatch(parameters.get("port", "")):
        raise ConfigError("the database's URL has a port that is not a number")
    if not parameters.get("connect_timeout", "0").strip().lstrip("-").isdecimal():
        raise ConfigError("the database's URL has a connect_timeout that is not a whole number of seconds")
    return parameters | own


def _taken_out(url: str) -> tuple[dict[str, str], str]:
    """Return `prepared_statements`, which libpq does not know, if the URL has it, and the URL without it."""
    if _URL.match(url):
        said, left = _query_without(url)
    else:
        said = [_unquoted(match[2]) for match in _WORD.finditer(url) if match[1] == _PREPARED]
        left = _WORD.sub(lambda match: "" if match[1] == _PREPARED else match[0], url)
    if not said:
        return {}, url
    if not set(said) <= _SWITCHES:
        raise ConfigError(f"{_PREPARED} in the database's URL is true or false")
    return {_PREPARED: said[-1]}, left


def _query_without(url: str) -> tuple[list[str], str]:
    match = _QUERY.fullmatch(url)
    address, query = match.groups("") if match else (url, "")
    words = [word.partition("=") for word in query.split("&")]
    left = "&".join("".join(word) for word in words if unquote(word[0]) != _PREPARED)
    return [unquote(word[2]) for word in words if unquote(word[0]) == _PREPARED], f"{address}?{left}".rstrip("?")


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1] if word.startswith("'") else word, flags=re.DOTALL)


def _parsed_by_libpq(url: str) -> dict[str, Any] | None:
    """Return the parameters, or None: psycopg's own message quotes the URL, so nothing of it may be chained."""
    if "\0" in url:
        return None
    try:
        return dict(conninfo_to_dict(url))
    except (psycopg.Error, UnicodeError):
        return None


def _is_torn(url: str, parameters: dict[str, Any]) -> bool:
    """Whether a raw `@` stands where libpq takes it for a part of the host or the database."""
    # libpq ends the credentials at the first @ unless a / comes before it: then all of them are in the path.
    credentials, at, rest = url.partition("@")
    path = rest.partition("?")[0] if at and "/" not in credentials.partition("://")[2] else url.partition("?")[0]
    return "@" in path or "@" in parameters.get("host", "")
