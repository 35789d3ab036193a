"""Settings of an application: `app.config`, in names that begin with FERRA_."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from ferra_sync import ConfigError, DatabaseConfig

_PREFIX: Final = "FERRA_"
_URL: Final = "FERRA_DATABASE_URL"
_OWN: Final = ("FERRA_MIGRATIONS", "FERRA_PROBLEMS")
_NAMES: Final = {
    **{f"{_PREFIX}{field.name.upper()}": field.name for field in attrs.fields(DatabaseConfig) if field.name != "url"},
    _URL: "url",
}
"""Key → the name of the setting."""


def config_of(settings: Mapping[str, Any]) -> DatabaseConfig:
    """Return what an application's settings say of its database; without a URL it is the environment's DATABASE_URL.

    Raises:
        ConfigError: a key is unknown, or a setting cannot be used; no message shows a URL.
    """
    given = {key: value for key, value in settings.items() if key.startswith(_PREFIX) and key not in _OWN}
    for key in given:
        if key not in _NAMES:
            raise ConfigError(f"there is no setting {key}: there are {', '.join(sorted([*_NAMES, *_OWN]))}")
    return DatabaseConfig(**{_NAMES[key]: value for key, value in given.items() if value is not None})


def migrations_of(settings: Mapping[str, Any]) -> str:
    """Return the directory of an application's migrations."""
    return str(settings.get("FERRA_MIGRATIONS", "migrations"))


def has_problems(settings: Mapping[str, Any]) -> bool:
    """Whether errors are answered by problem documents."""
    return bool(settings.get("FERRA_PROBLEMS", True))
