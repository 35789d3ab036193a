"""Rows that are made where they are read: a derived table with its query, as FROM and the joins take it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Generic, Never

from ferra_sync._compiler.derived import IS_CYCLE, SEARCH_ORDER
from ferra_sync._compiler.shapes import CteShape, DerivedShape
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.shapes import ColumnRef, TableRef
from ferra_sync._expression.sqltypes import BOOLEAN, FieldType, SqlType
from ferra_sync._expression.typevars import S_co, T_co
from ferra_sync._expression.values import Value
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError
