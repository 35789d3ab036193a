"""`ferra demo --web`: the shop of the examples, on a database of its own.

`example/` is what a reader copies: in a checkout it is links to `examples/shop`, `schema` and `migrations`, in a wheel the
files. The shop imports `schema` as its reader will, from the path.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from ferra_sync import Database
from ferra_sync.cli._demo.steps import DemoError
from ferra_sync.migrations import Migrations

_EXAMPLE: Final = Path(__file__).with_name("example")
_NEEDED: Final = {"flask", "argon2"}
_HOST: Final = "127.0.0.1"


def serve(db: Database, port: int) -> None:
    """Make and fill the tables, and serve the shop on the loopback until Ctrl-C.

    Raises:
        DemoError: Flask or argon2-cffi is not installed, or the package has no shop.
        SystemExit: the port is taken, which Werkzeug says.
    """
    if not (_EXAMPLE / "shop" / "app.py").is_file():
        raise DemoError("the shop is not there: this installation was made where links are not followed")
    sys.path.insert(0, str(_EXAMPLE))
    try:
        shop = import_module("shop.app")
        add_samples = import_module("shop.samples").add_samples
        make_server = import_module("werkzeug.serving").make_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        raise DemoError("ferra demo --web needs Flask and argon2-cffi: pip install 'ferra-sync[demo]'") from error
    finally:
        sys.path.remove(str(_EXAMPLE))
    Migrations(_EXAMPLE / "migrations").run(db)
    add_samples(db)
    app = shop.create_app(db.config.url)
    server = make_server(_HOST, port, app, threaded=True)
    click.echo(f"The shop is open on http://{_HOST}:{server.server_port}/ until Ctrl-C")
    with shop.ferra.of(app).db, server, suppress(KeyboardInterrupt):
        server.serve_forever()
    click.echo("Closed; nothing is left behind.")
