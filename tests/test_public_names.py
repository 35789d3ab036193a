from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
from types import ModuleType
from typing import get_type_hints

import pytest

import ferra_sync
from ferra_sync import errors, functions, migrations, monitoring, testing, types
from ferra_sync.integrations import flask

TOP = """
Aggregate Aggregated Assignment Caller Capped Changeset Column Compound ConfigError Conflict Constraint Correlated
CorrelatedGroups CorrelatedSelect Cte Database DatabaseConfig Databases Db DbErrorKind Delete Derived DerivedRows
EmbeddedError Executor Expr FerraCollection FerraDbError FerraModel FerraRepository FieldMeta FieldType Filter Filtering
Frame From Grouped GroupingSets ImportReport In Insert Insertable InvalidToken JSON_NULL JobError JobOptions JobPart
JobStatus JsonNull Lease LineError Listener MigrationError ModelMeta NotFound Notification Observer OnConflict Opt Order
Outcome Outcomes PROVIDERS Page PageParams PgRepository Plain Plan PlanNode Predicate Provided Provider Quantified
QueryCounter QueryError QueryEvent RecursiveCte Repeated Repository Returning Row RowQuery SERVER_DEFAULT Savepoint
SchemaError Search Select ServerAddress SetAside SetReturning Slice Sort Table TableMeta TablePart Transaction Truncate
UNSET UncountedPage Unset Update ValidationError Window WindowFunction all_ any_ breadth_first by capped case check cube
current_row delete_from depth_first excluded exists following foreign_key from_ functions grouped_by grouping_sets
groups index insert_into maybe new of old only preceding range_ rollup row rows select tablesample to_dict to_json
truncate types unbounded_following unbounded_preceding unique update validated when_set window
"""

TYPES = """
ColumnDef ColumnOptions IndexMethod Interval Multirange Range ReferenceAction TsQuery TsVector array bigint bigserial
boolean bytea calendar_interval char cidr citext custom date datemultirange daterange domain double_precision enum
hstore identity inet int4multirange int4range int8multirange int8range integer interval json jsonb macaddr nullable
numeric nummultirange numrange real serial smallint text time timestamp timestamptz tsmultirange tsquery tsrange
tstzmultirange tstzrange tsvector uuid varchar
"""

FUNCTIONS = """
abs acos age aggregate akeys array_agg array_append array_length array_position array_positions array_prepend
array_remove array_replace array_to_string ascii asin at_time_zone atan atan2 avals avg bit_and bit_or bool_and bool_or
btrim cardinality cbrt ceil char_length chr clock_timestamp coalesce concat concat_ws corr cos cot count covar_pop
covar_samp cume_dist current_date current_timestamp date_bin date_trunc daterange degrees dense_rank div every exp
extract first_value floor format function gcd gen_random_uuid generate_series greatest grouping hstore_to_jsonb initcap
int4range int8range interval isempty isfinite jsonb_agg jsonb_array_elements jsonb_array_elements_text
jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_insert jsonb_object_agg
jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls
jsonb_typeof justify_days justify_hours justify_interval lag last_value lcm lead least left length literal ln
localtimestamp log lower lower_inc lower_inf lpad ltrim make_date make_time make_timestamp make_timestamptz max md5 min
mod mode multirange now nth_value ntile nullif numnode numrange operator overlaps percent_rank percentile_cont
percentile_disc phraseto_tsquery pi plainto_tsquery power radians random range_agg range_intersect_agg range_merge rank
regexp_count regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_table regr_avgx regr_avgy
regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right round row_number
rpad rtrim setweight show_trgm sign similarity sin split_part sqrt starts_with statement_timestamp stddev stddev_pop
stddev_samp string_agg string_to_array string_to_table strpos substring sum tan to_char to_date to_jsonb to_timestamp
to_tsquery to_tsvector translate trim trunc ts_headline ts_rank ts_rank_cd tsrange tstzrange unnest upper upper_inc
upper_inf var_pop var_samp variance websearch_to_tsquery width_bucket word_similarity
"""

ERRORS = """
ConfigError Conflict Db DbErrorKind EmbeddedError FerraDbError InvalidToken JobError MigrationError NotFound QueryError
SchemaError ValidationError
"""

MIGRATIONS = """
AppliedMigration MigrationFailedError MigrationState MigrationStatus Migrations
"""

MONITORING = """
Activity Block Borrower Counted Health HealthChecks Histogram MissingIndex MonitorPage PoolState QueryLog
RepeatedQueries ServerStatus Session StatementStats StatementUse Statistics Stats TableSize UnusedIndex activity
generic_plan missing_indexes monitor server_status table_sizes top_statements unused_indexes
"""

FLASK = """
CrudOptions Ferra FerraState Listing Problem ProblemCodes ProblemError crud_blueprint json_response openapi_blueprint
request_body
"""

TESTING = """
Server assert_queries models rehearsal rows
"""

PINNED = [
    (ferra_sync, TOP),
    (types, TYPES),
    (functions, FUNCTIONS),
    (errors, ERRORS),
    (migrations, MIGRATIONS),
    (monitoring, MONITORING),
    (flask, FLASK),
    (testing, TESTING),
]
every_module = pytest.mark.parametrize(("module", "pinned"), PINNED, ids=lambda value: getattr(value, "__name__", ""))


@every_module
def test_the_public_names_are_these_and_no_others(module: ModuleType, pinned: str) -> None:
    assert sorted(module.__all__) == sorted(pinned.split())


@every_module
def test_every_public_name_is_there_and_says_what_it_is(module: ModuleType, pinned: str) -> None:
    for name in pinned.split():
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            assert value.__doc__, f"{module.__name__}.{name} has no docstring"


@every_module
def test_a_public_name_is_shown_where_it_is_imported_from(module: ModuleType, pinned: str) -> None:
    for name in pinned.split():
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            assert "._" not in value.__module__, f"{module.__name__}.{name} is shown as {value.__module__}"
            assert getattr(importlib.import_module(value.__module__), value.__qualname__.partition("[")[0]) is value


@every_module
def test_the_annotations_of_a_public_class_can_be_read(module: ModuleType, pinned: str) -> None:
    for name in pinned.split():
        if inspect.isclass(getattr(module, name)):
            get_type_hints(getattr(module, name))


def test_a_function_is_imported_from_the_module_that_is_named_as_its_home() -> None:
    assert sorted(" ".join(functions._HOMES.values()).split()) == sorted(functions.__all__)
    for home, names in functions._HOMES.items():
        module = importlib.import_module(f"ferra_sync.functions.{home}")
        for name in names.split():
            assert getattr(module, name) is getattr(functions, name)
            assert inspect.unwrap(getattr(module, name)).__code__.co_filename == module.__file__


def test_a_function_that_is_imported_on_first_use_is_like_any_other() -> None:
    assert set(functions.__all__) <= set(dir(functions))
    assert pickle.loads(pickle.dumps(functions.strpos)) is functions.strpos
    with pytest.raises(AttributeError, match=r"module 'ferra_sync\.functions' has no attribute 'nosuch'"):
        functions.nosuch  # noqa: B018


def test_what_few_programs_need_is_imported_on_first_use() -> None:
    imports = "import sys, ferra_sync; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", imports], check=True, capture_output=True, text=True, timeout=60)
    modules = run.stdout.split()
    rare = {"cattrs", "ferra_sync._database.jobs", "ferra_sync._postgres.embedded", "ferra_sync.functions._text"}
    assert not {*rare, "ferra_sync._query.claim", "ferra_sync.migrations"}.intersection(modules)
    for rare in (
        "cattrs",
        "ferra_sync._mongodb",
        "ferra_sync._postgres.embedded",
        "ferra_sync.functions._text",
        "ferra_sync.migrations",
        "ferra_sync.monitoring",
        "ferra_sync._database.counting",
        "ferra_sync._database.tokens",
    ):
        assert rare not in modules


def test_the_names_of_an_extra_are_there_and_no_star_import_asks_for_the_extra() -> None:
    for name in ("MongoDatabase", "MongoRepository", "MongoTransaction"):
        assert getattr(ferra_sync, name).__module__ == "ferra_sync"
        assert name in dir(ferra_sync)
        assert name not in ferra_sync.__all__


def test_every_other_module_is_private_or_known() -> None:
    known = {"cli", "errors", "functions", "integrations", "migrations", "monitoring", "testing", "types"}
    found = {module.name for module in pkgutil.iter_modules(ferra_sync.__path__) if not module.name.startswith("_")}
    assert found <= known


def test_every_module_has_a_docstring() -> None:
    for found in pkgutil.walk_packages(ferra_sync.__path__, "ferra_sync."):
        if not found.name.endswith("__main__"):
            assert importlib.import_module(found.name).__doc__, found.name


def test_the_errors_are_of_the_classes_that_the_contract_names() -> None:
    assert {cls.__name__ for cls in errors.FerraDbError.__subclasses__()} == {"NotFound", "Conflict", "Db"}
    for name in ("SchemaError", "QueryError", "ValidationError"):
        assert not issubclass(getattr(errors, name), errors.FerraDbError)
