"""What a job is: its query, its work, its name, and what is done about failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeAlias

import attrs

from ferra_sync._database.jobs.options import JobOptions
from ferra_sync._database.jobs.worker import Work
from ferra_sync._expression.described import described
from ferra_sync._expression.typevars import R
from ferra_sync._query.select import Select
from ferra_sync.errors import QueryError

JobQuery: TypeAlias = Select[Any, Any, R] | Callable[[], Select[Any, Any, R]]
"""A query, or what returns it."""


@attrs.frozen(repr=False)
class JobSpec(Generic[R]):
    """What a job is; it can be pickled where its query and its work can.

    Raises:
        QueryError: a part of it cannot be what it is to be, by name.
    """

    query: JobQuery[R]
    work: Work[R]
    name: str
    size: int
    options: JobOptions

    def __attrs_post_init__(self) -> None:
        if not callable(self.work):
            raise QueryError(f"a job's work is a function of a transaction and a batch, not {described(self.work)}")
        if not isinstance(self.name, str) or not self.name or "\0" in self.name:
            raise QueryError("a job's name is a text that is not empty")
        if not isinstance(self.options, JobOptions):
            raise QueryError(f"options is a JobOptions, not {described(self.options)}")

    def asked(self) -> Select[Any, Any, R]:
        """Return the query."""
        return self.query if isinstance(self.query, Select) or not callable(self.query) else self.query()
