"""What the verbs of one table do, whatever database and transaction they are called on."""

from __future__ import annotations

from typing import Generic

from ferra_sync._database.executor import Verbs
from ferra_sync._database.runner import kept_out, unwritten
from ferra_sync._expression.values import Value
from ferra_sync._model.model import M, ModelMeta
from ferra_sync._model.rows import check_insertable, checked_values
from ferra_sync._repository.statements import ModelStatements, Params, statements_of
from ferra_sync.errors import NotFound, QueryError


class RowBodies(Value, Generic[M]):
    """The verbs' bodies, each over the executor that it is given.

    Attributes:
        model: the class of its rows.
    """

    __slots__ = ("_meta", "_statements", "model")

    model: type[M]
    _meta: ModelMeta
    _statements: ModelStatements

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self._meta = ModelMeta.of(model)
        self._statements = statements_of(self._meta)

    def _find_by_id(self, executor: Verbs, id: object) -> M:
        return self._only(executor._rows(self._statements.find, self._statements.key_values(id)), id)

    def _write(self, executor: Verbs, data: M, *, or_update: bool = False) -> M:
        check_insertable(self._meta, (data,))
        values = checked_values(self._meta, data, "save" if or_update else "insert")
        statement, params = self._statements.insert(values, or_update=or_update)
        if or_update and self._statements.version_in(values) is not None:
            rows: list[M] = executor._rows(statement, params)
            if not rows:
                self._check_stored(executor, values, self._statements.key_of(values))
        else:
            rows = executor._rows(statement, params, lambda: kept_out(statement, self._meta.table.name))
        if not rows:
            raise kept_out(statement, self._meta.table.name)
        return rows[0]

    def _update_row(self, executor: Verbs, id: object, data: M) -> M:
        key = self._statements.key_values(id)
        if type(data) is not self.model:
            raise QueryError(f"the repository is of {self.model.__name__}, not of {type(data).__name__}")
        values = checked_values(self._meta, data, "update")
        if not self._statements.has_key(values, key):
            raise ValueError(f"{self.model.__name__} carries another key than the one that is updated")
        rows = executor._rows(*self._statements.update(values, key))
        if not rows:
            self._check_stored(executor, values, key)
        return self._only(rows, id)

    def _check_stored(self, executor: Verbs, values: Params, key: Params) -> None:
        """Raise, of a row that was not written, that it is stale, where that is what it is."""
        version = self._statements.version_in(values)
        stored = [] if version is None else executor._rows(self._statements.stored_version, key)
        if version is not None and stored:
            raise unwritten(self._meta.table, key, version, stored)

    def _delete_row(self, executor: Verbs, id: object) -> None:
        if executor._affected(self._statements.delete, self._statements.key_values(id)) == 0:
            raise NotFound(self._meta.table.name, self._meta.table.shown_key(id))

    def _only(self, rows: list[M], id: object) -> M:
        if not rows:
            raise NotFound(self._meta.table.name, self._meta.table.shown_key(id))
        return rows[0]
