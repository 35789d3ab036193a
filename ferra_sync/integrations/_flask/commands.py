"""`flask ferra …`: the commands of `ferra`, on the application's database and migrations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

_COMMANDS: Final = ("import", "jobs", "migration")
"""Those that are about a database; the demo is about one of its own."""
_WITHIN: Final = ("run", "revert", "list", "generate", "watch")
"""The commands of those that are groups."""


class _Commands(click.Group):
    """The commands, imported when one is asked for: they need more than Flask does."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name, or None."""
        from ferra_sync.cli import ferra  # noqa: PLC0415 - it needs rich, and applications do not

        return ferra.get_command(ctx, cmd_name) if cmd_name in _COMMANDS else None


def group(url: Callable[[], str], migrations: str) -> click.Group:
    """Return the group `ferra`, whose commands take the URL and the directory from here unless they are told."""

    def defaults() -> None:
        found: dict[str, Any] = {"url": url() or None, "directory": migrations}
        # Click looks up the defaults of each command by the names that lead to it.
        within = dict.fromkeys(_WITHIN, found)
        click.get_current_context().default_map = dict.fromkeys(_COMMANDS, found | within)

    return _Commands("ferra", callback=defaults, help="ferra_sync: migrations, imports and jobs of this application.")
