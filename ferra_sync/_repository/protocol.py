"""What a repository is, whatever its database: ten methods that read and write by key, and five beside them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from ferra_sync._database.pages import Page
from ferra_sync._database.transaction import Transaction
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.order import Order
from ferra_sync._expression.typevars import K, K_co, S, S_co
from ferra_sync._model.keyed import HasKey, OfTable
from ferra_sync._model.model import M

if sys.version_info >= (3, 13):
    from typing import TypeVar
else:
    from typing_extensions import TypeVar

Tx_contra = TypeVar("Tx_contra", contravariant=True, default=Transaction)
"""The transactions of a kind of database; where it is not said, PostgreSQL's."""

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


class _KeyedCollection(Protocol[K_co]):
    """A collection of models whose key is a K."""

    def save(self, data: Any, /) -> HasKey[K_co]: ...  # noqa: ANN401 - it is the model that comes back that tells


class _TabledCollection(Protocol[S_co]):
    """A collection of models of the table S."""

    def save(self, data: Any, /) -> OfTable[S_co]: ...  # noqa: ANN401 - it is the model that comes back that tells


class FerraRepository(Protocol[M, Tx_contra]):
    """The ten methods of a repository: five over the database, and the same five inside a transaction.

    `FerraRepository[Film]` is over PostgreSQL; another kind of database has transactions of its own.

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
    def find_by_id_in_tx(self: Keyed[K], tx: Tx_contra, id: Key[K]) -> M: ...
    def find_page_in_tx(self, tx: Tx_contra, page: int, per_page: int) -> Page[M]: ...
    def insert_in_tx(self, tx: Tx_contra, data: M) -> M: ...
    def update_in_tx(self: Keyed[K], tx: Tx_contra, id: Key[K], data: M) -> M: ...
    def delete_in_tx(self: Keyed[K], tx: Tx_contra, id: Key[K]) -> None: ...


class FerraCollection(Protocol[M]):
    """The five methods beside those: rows that are saved, searched and counted.

    Raises:
        QueryError: find_all, find_by, count: a predicate or an order that this kind of database cannot answer.
        Conflict, ValidationError: save, as `insert` does.
    """

    def save(self, data: M) -> M: ...
    def find_all(self: _TabledCollection[S], *, order_by: Sequence[Ordering[S]] = ()) -> list[M]: ...
    def find_by(
        self: _TabledCollection[S],
        *predicates: Expr[S | Opt[S], bool, None, Plain],
        order_by: Sequence[Ordering[S]] = (),
    ) -> list[M]: ...
    def exists(self: _KeyedCollection[K], id: Key[K]) -> bool: ...
    def count(self: _TabledCollection[S], *predicates: Expr[S | Opt[S], bool, None, Plain]) -> int: ...


class Repository(FerraRepository[M, Any], FerraCollection[M], Protocol[M]):
    """All fifteen, over whatever database there is; `tx` is a transaction of that database."""
