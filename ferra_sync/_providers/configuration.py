"""The settings of several databases: a file, `.env` over it, the environment over both."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import NoneType
from typing import Any, Final, get_args, get_origin

import attrs

from ferra_sync._expression.described import described
from ferra_sync._model import type_hints
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.dotenv import dotenv_values
from ferra_sync.errors import ConfigError

_FIELDS: Final[dict[str, Any]] = {
    field.name: field.type for field in attrs.fields(attrs.resolve_types(DatabaseConfig)) if field.name != "observers"
}
"""The settings of a database that can be written down, each with its annotation."""

_DATABASES: Final = "databases"
_DEFAULTS: Final = "defaults"
_OURS: Final = re.compile(r"FERRA_(?:DATABASES__(?P<name>.+)|DEFAULTS)__(?P<key>.+?)", re.IGNORECASE)
_MEANT: Final = re.compile(r"FERRA_(?:DATABASES|DEFAULTS)(?:_.*)?", re.IGNORECASE)
_NAME: Final = re.compile(r"[\w.-]+")
_TOML_PLACE: Final = re.compile(r".*\(at (.*)\)", re.DOTALL)
_URL: Final = "DATABASE_URL"
_DEFAULT: Final = "default"
_OF_URL: Final = "the database's URL"
"""What messages about a URL say, which is not shown itself."""


class _Settings:
    """What one layer after the other says, each value with the place where it says so."""

    def __init__(self) -> None:
        self.defaults: dict[str, tuple[Any, str]] = {}
        self.databases: dict[str, dict[str, tuple[Any, str]]] = {}

    def named(self, name: str) -> dict[str, tuple[Any, str]]:
        """Return what is said of a database, whose name the environment spells in capitals."""
        known = next((each for each in self.databases if _capitals(each) == _capitals(name)), name)
        return self.databases.setdefault(known, {})


def configured(path: str | Path | None) -> dict[str, DatabaseConfig]:
    """Return the databases that a file, `.env` and the environment name, each with its config.

    Raises:
        ConfigError: the file cannot be read, a key is unknown or a value is none that it can have; it says where.
    """
    settings = _Settings()
    if not isinstance(path, str | Path | None):
        raise ConfigError(f"a file of settings is named by its path, not by {described(path)}")
    if path is not None:
        _add_file(settings, Path(path))
    with suppress(ImportError):  # As for DATABASE_URL alone: `.env` is read where python-dotenv is installed.
        _add_variables(settings, dotenv_values(), ".env: ")
    _add_variables(settings, os.environ, "")
    return {name: _config(name, settings.defaults | said) for name, said in settings.databases.items()}


def _add_file(settings: _Settings, path: Path) -> None:
    content = _table(_loaded(path), str(path))
    for key in content.keys() - {_DATABASES, _DEFAULTS}:
        raise ConfigError(f"{path}: {key!r} is unknown; there are: '{_DATABASES}', '{_DEFAULTS}'")
    settings.defaults.update(_checked(content.get(_DEFAULTS, {}), f"{path}: {_DEFAULTS}"))
    place = f"{path}: {_DATABASES}"
    for name, said in _table(content.get(_DATABASES, {}), place).items():
        if any(_capitals(name) == _capitals(each) for each in settings.databases):
            raise ConfigError(f"{place}.{name} and another are one name where the environment spells it")
        settings.named(name).update(_checked(said, f"{place}.{name}"))


def _checked(said: object, place: str) -> dict[str, tuple[Any, str]]:
    """Return what a table of a file says, each value with its place."""
    table = _table(said, place)
    return {_known(key, place): (_listed(key, value), f"{place}.{key}") for key, value in table.items()}


def _listed(key: str, value: object) -> object:
    """Return the value, a list of the file as the tuple that the field is."""
    return tuple(value) if isinstance(value, list) and get_origin(_FIELDS[key]) is tuple else value


def _table(value: object, place: str) -> Mapping[str, object]:
    """Return a table of names; one that is none is not shown, for a URL without its key may stand there."""
    if not isinstance(value, Mapping):
        raise ConfigError(f"{place} is a table, not {described(value)}")
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
        raise ConfigError(f"{place} has a key that is no name of letters, digits, '_', '-' and '.'")
    return value


def _known(key: str, place: str) -> str:
    if key not in _FIELDS:
        raise ConfigError(f"{place} has no {key!r}; there are: {', '.join(_FIELDS)}")
    return key


def _loaded(path: Path) -> object:
    """Return what the file says; an error shows none of its text, which may hold passwords."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8") from None
    if path.suffix == ".toml":
        return _from_toml(text, path)
    if path.suffix in {".yaml", ".yml"}:
        return _from_yaml(text, path)
    raise ConfigError(f"{path} is no .toml, .yaml or .yml")


def _from_toml(text: str, path: Path) -> object:
    import tomllib  # noqa: PLC0415 - of files alone

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        place = _TOML_PLACE.fullmatch(str(error))  # What stands before it may quote the file.
        raise ConfigError(f"{path} is no TOML{f', at {place[1]}' if place else ''}") from None


def _from_yaml(text: str, path: Path) -> object:
    try:
        import yaml  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ConfigError(f"{path} needs PyYAML: pip install 'ferra-sync[yaml]', or write TOML") from None
    try:
        return yaml.safe_load(text) or {}
    except Exception as error:  # noqa: BLE001 - what reads !!int and dates raises anything, and quotes the file
        mark = getattr(error, "problem_mark", None)
        place = f", at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        raise ConfigError(f"{path} is no YAML{place}") from None


def _add_variables(settings: _Settings, variables: Mapping[str, str | None], place: str) -> None:
    if variables.get(_URL):
        settings.named(_DEFAULT)["url"] = (variables[_URL], f"{place}{_URL}")
    for variable, value in variables.items():
        match = _OURS.fullmatch(variable)
        if match is not None:
            key = _known(match["key"].lower(), f"{place}{variable}")
            said = settings.defaults if match["name"] is None else settings.named(match["name"].lower())
            said[key] = (_spelled(key, value or "", f"{place}{variable}"), f"{place}{variable}")
        elif _MEANT.fullmatch(variable):
            raise ConfigError(f"{place}{variable} is no FERRA_DATABASES__<name>__<key> or FERRA_DEFAULTS__<key>")


def _spelled(key: str, text: str, place: str) -> object:
    """Return the value that a variable spells."""
    from ferra_sync._model.texts import structured  # noqa: PLC0415 - it brings cattrs, and most variables are none of ours

    annotation = _FIELDS[key]
    if get_origin(annotation) is tuple:
        return tuple(text.split(","))
    if not text and NoneType in get_args(annotation):
        return None
    with suppress(Exception):  # What reads a value may quote it.
        return structured(text, annotation)
    raise ConfigError(f"{place} spells no {type_hints.spelled(annotation)}")


def _capitals(name: str) -> str:
    return name.upper().replace("-", "_")


def _config(name: str, said: Mapping[str, tuple[Any, str]]) -> DatabaseConfig:
    """Return the config of one database; where it is refused, the error says by which place."""
    try:
        config = DatabaseConfig(**{key: value for key, (value, _) in said.items()})
    except ConfigError as error:
        key = "url" if _OF_URL in str(error) else next((key for key in said if str(error).startswith(f"{key} ")), None)
        place = f"database {name!r}" if key is None else said[key][1]
        raise ConfigError(f"{place}: {error}") from None
    if not config.url and name != _DEFAULT:
        raise ConfigError(f"database {name!r} has no url; DATABASE_URL is that of {_DEFAULT!r} alone")
    return config
