"""What a repository is: ten methods, five of them over the database and the same five inside a transaction."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from ferra_sync._database.pages import Page
from ferra_sync._database.transaction import Transaction
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.order import Order
from ferra_sync._expression.typevars import K, K_co, S, S_co
from ferra_sync._model.keyed import HasKey, OfTable
from ferra_sync._model.model import M

Key: TypeAlias = "K | tuple[Any, ...]"
"""A primary key: of the type of the model's `id`, where it has one; a tuple where the key has several columns."""

Ordering: TypeAlias = "Order[S | Opt[S], Plain] | Expr[S | Opt[S], Any, Any, Plain]"
"""What the rows of the table S are sorted by."""


class Keyed(Protocol[K_co]):
    """A repository of models whose key is a K."""

    def insert(self, data: Any, /) -> HasKey[K_co]: ...  # noqa: ANN401 - it is the model that comes back that tells


class Tabled(Protocol[S_co]):
    """A repository of models of the table S."""

    def insert(self, data: Any, /) -> OfTable[S_co]: ...  # noqa: ANN401 - it is the model that comes back that tells


class FerraRepository(Protocol[M]):
    """The ten methods of a repository: five over the database, and the same five inside a transaction.

    Raises:
        NotFound: find_by_id, update, delete: there is no row with this key.
        ValueError: update: `data` carries another key; find_page: `per_page` is less than 1.
        Conflict: insert, update: a unique constraint is violated.
        ValidationError: insert, update: a value is of the wrong type, or a validator rejects it.
    """

    def find_by_id(self: Keyed[K], id: Key[K]) -> M: ...
    def find_page(self, page: int, per_page: int) -> Page[M]: ...
    def insert(self, data: M) -> M: ...
    def update(self: Keyed[K], id: Key[K], data: M) -> M: ...
    def delete(self: Keyed[K], id: Key[K]) -> None: ...
    def find_by_id_in_tx(self: Keyed[K], tx: Transaction, id: Key[K]) -> M: ...
    def find_page_in_tx(self, tx: Transaction, page: int, per_page: int) -> Page[M]: ...
    def insert_in_tx(self, tx: Transaction, data: M) -> M: ...
    def update_in_tx(self: Keyed[K], tx: Transaction, id: Key[K], data: M) -> M: ...
    def delete_in_tx(self: Keyed[K], tx: Transaction, id: Key[K]) -> None: ...
