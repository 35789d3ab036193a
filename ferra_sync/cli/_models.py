"""Models that are named on the command line."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from ferra_sync import FerraModel, SchemaError


def model_named(value: str) -> type[FerraModel[Any]]:
    """Return the class that `module:Model` names, looked for in the working directory too.

    Raises:
        click.BadParameter: there is none.
    """
    module, _, name = value.partition(":")
    if not (module and name):
        raise click.BadParameter(f"{value} is no module:Model, such as shop.models:User")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module), name, None)
    except (ImportError, SchemaError) as error:
        raise click.BadParameter(f"{module} cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, FerraModel)):
        raise click.BadParameter(f"{module} has no FerraModel {name}")
    return found
