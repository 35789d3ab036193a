"""A query's rows in a file: CSV for people and spreadsheets, or PostgreSQL's binary format."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from ferra_sync._database.json_rows import check_shown
from ferra_sync._database.progress import Progress
from ferra_sync._database.runner import Runner
from ferra_sync._expression.described import described
from ferra_sync._model.names import headings
from ferra_sync._model.select_list import nested_in, select_list
from ferra_sync._postgres.copy_out import copy_out, csv_line
from ferra_sync._postgres.statement import Statement
from ferra_sync._query.query import RowQuery
from ferra_sync.errors import QueryError

FileFormat: TypeAlias = Literal["csv", "binary"]
"""A header and the rows as text; or what `COPY … FROM STDIN (FORMAT BINARY)` takes."""


class Writable(Protocol):
    """A file that is open for bytes."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""


Destination: TypeAlias = str | os.PathLike[str] | Writable
"""A path, or a file that is open for bytes."""


def copy_to_file(  # noqa: PLR0913 - what to send, and where it goes
    runner: Runner,
    query: RowQuery[Any],
    statement: Statement,
    params: tuple[Any, ...],
    to: Destination,
    *,
    format: FileFormat,
    progress: Progress | None,
) -> int:
    """Write the rows of `query`, which is `statement`, to a file; return their number.

    Raises:
        QueryError: a secret column or a multiset is selected, two columns of a CSV have one name, or `to` is no file of
            bytes.
        OSError: the file cannot be written.
        FerraDbError: the database said no; a path is as it was before.
    """
    if format not in {"csv", "binary"}:
        raise QueryError('format is "csv" or "binary"')
    for items in query.selections:
        if nested_in(select_list(items)):
            raise QueryError("a multiset is rows of its own, which a file of rows cannot hold: say fetch_json")
        for item in select_list(items).columns:
            check_shown(item, "in a file")
    header = _header(query, statement) if format == "csv" else b""
    done = 0
    with _opened(to) as write, runner._atomic() as tx:
        write(header)
        with closing(copy_out(tx._acquire, statement, params, binary=format == "binary")) as pieces:
            for rows, piece in pieces:
                write(piece)
                done += rows
                if progress is not None and rows:
                    with runner._occupied("a COPY that writes its file"):
                        progress(done)
    return done


def _header(query: RowQuery[Any], statement: Statement) -> bytes:
    names = headings(query.items)
    if len(names) != statement.columns:
        raise QueryError("the row holds more than columns of one value: select columns or models alone for a file")
    return csv_line(names)


@contextmanager
def _opened(to: Any) -> Iterator[Callable[[bytes], object]]:  # noqa: ANN401 - checked here
    """Yield what writes to `to`; a path has the whole file at the end, or what it had before."""
    if not isinstance(to, (str, os.PathLike)):
        if isinstance(to, io.TextIOBase) or not hasattr(to, "write"):
            raise QueryError(f"a path is needed, or a file that is open for bytes, not {described(to)}")
        yield to.write
        return
    path = Path(to)
    # A pipe or a terminal is not to be replaced.
    part = path if path.exists() and not path.is_file() else path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file.write
        if part is not path:
            part.replace(path)
    except BaseException:
        if part is not path:
            part.unlink(missing_ok=True)
        raise
