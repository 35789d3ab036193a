"""The data layer for synchronous Python on PostgreSQL: one import serves.

- `Database` and `Transaction` are where the data is. (`_database`, on the driver's side of the house, `_postgres`)
- `Table` and the models, `FerraModel`, `Insertable` and `Changeset`, are what it is. (`_schema`, `_model`)
- `from_` and `select` say how to read it. (`_query`, which `_compiler` turns into SQL)
- `insert_into`, `update` and `delete_from` say how to change it. (`_query` too)
- `PgRepository` has the verbs of one table. (`_repository`)
- `Databases` has several by name, of whatever kind. (`_providers`)

All of them are made of expressions: columns, operators and functions. (`_expression`, `types`, `functions`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferra_sync import functions, types
from ferra_sync._database.database import Database
from ferra_sync._database.pages import Capped, Page, capped
from ferra_sync._database.transaction import Executor, Savepoint, Transaction
from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.column import Assignment, Column
from ferra_sync._expression.expression import Expr, Predicate
from ferra_sync._expression.filtering import Filtering
from ferra_sync._expression.frame import (
    Frame,
    current_row,
    following,
    groups,
    preceding,
    range_,
    rows,
    unbounded_following,
    unbounded_preceding,
)
from ferra_sync._expression.grouping import GroupingSets, cube, grouping_sets, rollup
from ferra_sync._expression.markers import Aggregate, In, Opt, Plain
from ferra_sync._expression.order import Order
from ferra_sync._expression.published import on_first_use, publish
from ferra_sync._expression.row import Row
from ferra_sync._expression.row_arity import row
from ferra_sync._expression.sentinels import JSON_NULL, SERVER_DEFAULT, UNSET, JsonNull, Unset
from ferra_sync._expression.set_returning import SetReturning
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.window import Window, WindowFunction, window
from ferra_sync._model.dicts import to_dict, to_json
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import Changeset, FerraModel, Insertable, ModelMeta
from ferra_sync._model.validators import when_set
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.observer import Caller, Observer, QueryEvent, ServerAddress
from ferra_sync._query.conflict import OnConflict, excluded
from ferra_sync._query.correlated import Correlated, CorrelatedGroups
from ferra_sync._query.derived import Derived
from ferra_sync._query.from_clause import From, Grouped, from_
from ferra_sync._query.from_item import Cte, DerivedRows, RecursiveCte
from ferra_sync._query.insert import Insert, insert_into
from ferra_sync._query.old_new import new, old
from ferra_sync._query.query import RowQuery
from ferra_sync._query.search import Search, breadth_first, depth_first
from ferra_sync._query.select import Select, maybe, of
from ferra_sync._query.select_arity import select
from ferra_sync._query.selection import CorrelatedSelect
from ferra_sync._query.set_operations import Compound
from ferra_sync._query.subquery import Quantified, all_, any_, exists
from ferra_sync._query.table_part import TablePart, only, tablesample
from ferra_sync._query.truncate import Truncate, truncate
from ferra_sync._query.update import Delete, Update, delete_from, update
from ferra_sync._query.writes import Returning
from ferra_sync._repository.protocol import FerraCollection, FerraRepository, Repository
from ferra_sync._repository.repository import PgRepository
from ferra_sync._schema.constraints import Constraint, check, foreign_key, index, unique
from ferra_sync._schema.table import Table, TableMeta
from ferra_sync.errors import (
    ConfigError,
    Conflict,
    Db,
    DbErrorKind,
    EmbeddedError,
    FerraDbError,
    InvalidToken,
    JobError,
    MigrationError,
    NotFound,
    QueryError,
    SchemaError,
    ValidationError,
)
from ferra_sync.functions._case import case

if TYPE_CHECKING:
    from ferra_sync._database.counting import QueryCounter, Repeated
    from ferra_sync._database.jobs.notifications import Listener, Notification
    from ferra_sync._database.jobs.options import JobOptions
    from ferra_sync._database.jobs.status import JobPart, JobStatus, SetAside
    from ferra_sync._database.many.outcomes import Outcome, Outcomes
    from ferra_sync._database.page_params import PageParams
    from ferra_sync._database.slices import Slice
    from ferra_sync._database.uncounted_page import UncountedPage
    from ferra_sync._model.by import by
    from ferra_sync._model.filter import Filter
    from ferra_sync._model.sort import Sort
    from ferra_sync._model.validated import validated
    from ferra_sync._mongodb.database import MongoDatabase as MongoDatabase
    from ferra_sync._mongodb.repository import MongoRepository as MongoRepository
    from ferra_sync._mongodb.transaction import MongoTransaction as MongoTransaction
    from ferra_sync._providers.databases import PROVIDERS, Databases
    from ferra_sync._providers.provider import Provided, Provider
    from ferra_sync._query.associations import grouped_by
    from ferra_sync._query.claim import Lease
    from ferra_sync._query.plan import Plan, PlanNode
    from ferra_sync._repository.import_csv import ImportReport, LineError
    from ferra_sync._sqlite.database import SqliteDatabase as SqliteDatabase
    from ferra_sync._sqlite.repository import SqliteRepository as SqliteRepository
    from ferra_sync._sqlite.transaction import SqliteTransaction as SqliteTransaction

__all__ = [
    "JSON_NULL",
    "PROVIDERS",
    "SERVER_DEFAULT",
    "UNSET",
    "Aggregate",
    "Aggregated",
    "Assignment",
    "Caller",
    "Capped",
    "Changeset",
    "Column",
    "Compound",
    "ConfigError",
    "Conflict",
    "Constraint",
    "Correlated",
    "CorrelatedGroups",
    "CorrelatedSelect",
    "Cte",
    "Database",
    "DatabaseConfig",
    "Databases",
    "Db",
    "DbErrorKind",
    "Delete",
    "Derived",
    "DerivedRows",
    "EmbeddedError",
    "Executor",
    "Expr",
    "FerraCollection",
    "FerraDbError",
    "FerraModel",
    "FerraRepository",
    "FieldMeta",
    "FieldType",
    "Filter",
    "Filtering",
    "Frame",
    "From",
    "Grouped",
    "GroupingSets",
    "ImportReport",
    "In",
    "Insert",
    "Insertable",
    "InvalidToken",
    "JobError",
    "JobOptions",
    "JobPart",
    "JobStatus",
    "JsonNull",
    "Lease",
    "LineError",
    "Listener",
    "MigrationError",
    "ModelMeta",
    "NotFound",
    "Notification",
    "Observer",
    "OnConflict",
    "Opt",
    "Order",
    "Outcome",
    "Outcomes",
    "Page",
    "PageParams",
    "PgRepository",
    "Plain",
    "Plan",
    "PlanNode",
    "Predicate",
    "Provided",
    "Provider",
    "Quantified",
    "QueryCounter",
    "QueryError",
    "QueryEvent",
    "RecursiveCte",
    "Repeated",
    "Repository",
    "Returning",
    "Row",
    "RowQuery",
    "Savepoint",
    "SchemaError",
    "Search",
    "Select",
    "ServerAddress",
    "SetAside",
    "SetReturning",
    "Slice",
    "Sort",
    "Table",
    "TableMeta",
    "TablePart",
    "Transaction",
    "Truncate",
    "UncountedPage",
    "Unset",
    "Update",
    "ValidationError",
    "Window",
    "WindowFunction",
    "all_",
    "any_",
    "breadth_first",
    "by",
    "capped",
    "case",
    "check",
    "cube",
    "current_row",
    "delete_from",
    "depth_first",
    "excluded",
    "exists",
    "following",
    "foreign_key",
    "from_",
    "functions",
    "grouped_by",
    "grouping_sets",
    "groups",
    "index",
    "insert_into",
    "maybe",
    "new",
    "of",
    "old",
    "only",
    "preceding",
    "range_",
    "rollup",
    "row",
    "rows",
    "select",
    "tablesample",
    "to_dict",
    "to_json",
    "truncate",
    "types",
    "unbounded_following",
    "unbounded_preceding",
    "unique",
    "update",
    "validated",
    "when_set",
    "window",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(
        __name__,
        {
            "_database.counting": "QueryCounter Repeated",
            "_database.jobs.notifications": "Listener Notification",
            "_database.jobs.options": "JobOptions",
            "_database.jobs.status": "JobPart JobStatus SetAside",
            "_database.many.outcomes": "Outcome Outcomes",
            "_database.page_params": "PageParams",
            "_database.slices": "Slice",
            "_database.uncounted_page": "UncountedPage",
            "_model.by": "by",
            "_model.filter": "Filter",
            "_model.sort": "Sort",
            "_model.validated": "validated",
            "_mongodb.database": "MongoDatabase",
            "_mongodb.repository": "MongoRepository",
            "_mongodb.transaction": "MongoTransaction",
            "_query.associations": "grouped_by",
            "_query.claim": "Lease",
            "_query.plan": "Plan PlanNode",
            "_providers.databases": "PROVIDERS Databases",
            "_providers.provider": "Provided Provider",
            "_repository.import_csv": "ImportReport LineError",
            "_sqlite.database": "SqliteDatabase",
            "_sqlite.repository": "SqliteRepository",
            "_sqlite.transaction": "SqliteTransaction",
        },
    )

publish(__name__, __all__)
