"""`ferra cdc`: the changes of tables, followed into Redis or Valkey."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from ferra_sync import ConfigError, FerraDbError, FerraModel, SchemaError
from ferra_sync.cdc import Capture, CaptureError, CaptureOptions, Event, Progress, Sink, drop, slot_status
from ferra_sync.cli._connection import connected, refusal, url_option
from ferra_sync.cli._models import model_named
from ferra_sync.cli._table import show

_REFUSALS: Final = (CaptureError, ConfigError, FerraDbError, ModuleNotFoundError, SchemaError)
_HEADINGS: Final = ("slot", "state", "confirmed", "lag", "sink")
_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")
_KIB: Final = 1024

_slot: Final = click.option(
    "--slot", required=True, help="The replication slot, by which the server knows the capture."
)
_to: Final = click.option(
    "--to", envvar="REDIS_URL", help="redis://host:port/database, or rediss://…; otherwise REDIS_URL."
)


@click.group()
def cdc() -> None:
    """Changes of tables, followed into Redis or Valkey."""


@cdc.command()
@_slot
@_to
@click.option("--table", "tables", multiple=True, help="A table to follow; its rows are JSON. As often as there are.")
@click.option("--model", "models", metavar="MODULE:MODEL", multiple=True, help="A model to follow, likewise.")
@click.option("--format", type=click.Choice(["json", "hash"]), default="json", show_default=True, help="Of a row.")
@click.option("--key", "keys", metavar="TABLE=KEY", multiple=True, help="The keys of a table: posts=post:{id}.")
@click.option("--stream", help="Append each change to this stream instead of keeping rows.")
@click.option("--publication", help="The publication; otherwise the slot's name.")
@click.option("--way", type=click.Choice(["stream", "peek"]), default="stream", show_default=True, help="How to read.")
@click.option("--once", is_flag=True, help="Stop when what is committed now has been applied.")
@url_option
def run(  # noqa: PLR0913, PLR0917 - the options of the command
    slot: str,
    to: str | None,
    tables: tuple[str, ...],
    models: tuple[str, ...],
    publication: str | None,
    way: Any,  # noqa: ANN401 - one of the choices
    once: bool,  # noqa: FBT001 - click gives it by name
    url: str | None,
    **form: Any,  # noqa: ANN401 - how rows are kept
) -> None:
    """Copy the tables, then follow their changes, until Ctrl-C or SIGTERM."""
    console = Console(stderr=True)
    followed: list[str | type[FerraModel[Any]]] = [*tables, *map(model_named, models)]
    options = CaptureOptions(publication=publication, way=way, on_event=lambda event: _say(console, event))
    try:
        with connected(url) as db:
            capture = Capture(db, slot, followed, _sink(to, **form), options=options)
            with _shown(console, capture), _stopped_by_signals(capture):
                if once:
                    capture.catch_up()
                else:
                    capture.run()
    except _REFUSALS as error:
        raise refusal(error) from error
    click.echo(line_of(capture.progress))


@cdc.command()
@_slot
@_to
@url_option
def status(slot: str, to: str | None, url: str | None) -> None:
    """Show how far a capture is; exit code 1: there is no such slot."""
    try:
        with connected(url) as db:
            found = slot_status(db, slot)
        position = "" if to is None else _position(to, slot)
    except _REFUSALS as error:
        raise refusal(error) from error
    if found is None:
        raise click.ClickException(f"there is no slot {slot}")
    state = "lost" if found.is_lost else "active" if found.is_active else "idle"
    show(_HEADINGS, [(slot, state, found.confirmed_text, size_text(found.lag), position)])


@cdc.command("drop")
@_slot
@_to
@click.option("--publication", help="The publication; otherwise the slot's name.")
@url_option
def drop_(slot: str, to: str | None, publication: str | None, url: str | None) -> None:
    """Drop a capture's slot and publication, and what Redis keeps of it; the rows stay."""
    try:
        with connected(url) as db:
            was_there = drop(db, slot, sink=None if to is None else _sink(to), publication=publication)
    except _REFUSALS as error:
        raise refusal(error) from error
    click.echo(f"dropped slot {slot}" if was_there else f"there was no slot {slot}")


def line_of(progress: Progress) -> str:
    """Return how far a capture is, in a line."""
    parts = [progress.state, f"{progress.copied:,} copied", f"{progress.changes:,} changes", f"{progress.rate:,.0f}/s"]
    if progress.lag is not None:
        parts.append(f"lag {size_text(progress.lag)}")
    if progress.committed_at is not None:
        parts.append(f"last commit {datetime.fromtimestamp(progress.committed_at, UTC):%Y-%m-%d %H:%M:%S} UTC")
    return " · ".join(parts)


def size_text(size: int) -> str:
    """Return a number of bytes as people read it."""
    number, unit = float(size), 0
    while number >= _KIB and unit < len(_UNITS) - 1:
        number, unit = number / _KIB, unit + 1
    return f"{number:,.0f} {_UNITS[unit]}" if unit == 0 else f"{number:,.1f} {_UNITS[unit]}"


class _Line:
    """The line that shows how far a capture is, each time that it is drawn."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    def __rich__(self) -> Text:
        return Text(line_of(self._capture.progress))


def _shown(console: Console, capture: Capture) -> contextlib.AbstractContextManager[object]:
    if not console.is_terminal:
        return contextlib.nullcontext()
    return Live(_Line(capture), console=console, refresh_per_second=4, transient=True)


@contextlib.contextmanager
def _stopped_by_signals(capture: Capture) -> Iterator[None]:
    before = {each: signal.signal(each, lambda *_: capture.stop()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _say(console: Console, event: Event) -> None:
    console.print(
        str(event), style="bold yellow" if event.is_loud else None, markup=False, highlight=False, soft_wrap=True
    )


def _sink(to: str | None, *, format: Any = "json", keys: tuple[str, ...] = (), stream: str | None = None) -> Sink:  # noqa: ANN401 - one of the choices
    from ferra_sync.cdc import RedisSink, RedisStreamSink  # noqa: PLC0415 - of an extra

    if not to:
        raise ConfigError("no Redis: say --to redis://host:port/database, or set REDIS_URL")
    if stream is not None:
        return RedisStreamSink(to, stream=stream)
    pairs = [each.partition("=") for each in keys]
    if not all(separator for _, separator, _ in pairs):
        raise ConfigError("--key is a table and its keys, such as posts=post:{id}")
    return RedisSink(to, format=format, keys={table: key for table, _, key in pairs})


def _position(to: str, slot: str) -> str:
    sink = _sink(to)
    try:
        sink.open(slot, ())
        position = sink.stored().position
    finally:
        sink.close()
    return "nothing" if position is None else str(position)
