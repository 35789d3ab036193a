"""The monitor: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from typing import assert_type

from ferra_sync import Database, DatabaseConfig
from ferra_sync.monitoring import (
    Activity,
    Block,
    Borrower,
    Counted,
    Health,
    HealthChecks,
    Histogram,
    MissingIndex,
    MonitorPage,
    PoolState,
    ServerStatus,
    Session,
    StatementStats,
    StatementUse,
    Statistics,
    Stats,
    TableSize,
    UnusedIndex,
    activity,
    missing_indexes,
    monitor,
    server_status,
    table_sizes,
    top_statements,
    unused_indexes,
)

db = Database.connect(config=DatabaseConfig(leak_after=60, observers=(Statistics(most=100),)))
tx = db.begin()

# Accepted

stats = assert_type(db.stats(), Stats)
assert_type(stats.pool, PoolState)
assert_type(stats.pool.borrowers, tuple[Borrower, ...])
assert_type(stats.pool.borrowers[0].caller.line, int)
assert_type(stats.counted, Counted | None)
if stats.counted is not None:
    assert_type(stats.counted.waits, Histogram)
    assert_type(stats.counted.waits.quantile(0.99), float | None)
    assert_type(stats.counted.slowest, tuple[StatementStats, ...])
    assert_type(stats.counted.closes["lost"], int)
health = assert_type(db.health(), Health)
assert_type(health.seconds, float | None)


def hear(health: Health) -> str:
    return health.reason


with HealthChecks(db, every=1, heard=hear) as checks:
    assert_type(checks.latest, Health | None)
with monitor(db, port=8000) as page:
    assert_type(page, MonitorPage)
    assert_type(page.url, str)
monitor(DatabaseConfig("postgresql:///shop")).close()
now = assert_type(activity(tx), Activity)
assert_type(now.sessions, tuple[Session, ...])
assert_type(now.blocks, tuple[Block, ...])
assert_type(now.blocks[0].blocker, Session | None)
assert_type(now.long_transactions(60), tuple[Session, ...])
assert_type(top_statements(db, 5), tuple[StatementUse, ...] | None)
assert_type(table_sizes(db), tuple[TableSize, ...])
assert_type(unused_indexes(tx), tuple[UnusedIndex, ...])
assert_type(missing_indexes(db), tuple[MissingIndex, ...])
assert_type(server_status(db), ServerStatus)

# Rejected

tx.health()  # R961 a transaction's health
tx.stats()  # R962 a transaction's statistics
db.stats().counted.waits  # R963 what may not be counted
DatabaseConfig(leak_after="60")  # R964 a text for seconds
HealthChecks(db, every="30")  # R965 the same
HealthChecks(tx)  # R966 the health of a transaction
HealthChecks(db, heard=len)  # R967 what cannot hear of health
monitor(tx)  # R968 a monitor of a transaction
monitor("postgresql:///shop")  # R969 a URL for a database
monitor(db, port="8000")  # R970 a text for a port
activity(DatabaseConfig())  # R971 the activity of a config
top_statements(db).count(1)  # R972 what may not be there
now.blocks[0].blocker.pid  # R973 a blocker that may be no session
health.is_ready = True  # R974 a state that is set
