"""Observers and counts of statements: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from typing import assert_type

from ferra_sync import Caller, Database, DatabaseConfig, Databases, Observer, QueryCounter, QueryEvent, Repeated
from ferra_sync.monitoring import QueryLog, RepeatedQueries, generic_plan


class Own(Observer):
    def on_query(self, event: QueryEvent) -> None:
        assert_type(event.summary, str)
        assert_type(event.table, str | None)
        assert_type(event.sqlstate, str | None)
        assert_type(event.caller, Caller | None)
        assert_type(generic_plan(event), str | None)


db = Database.connect(observers=(Own(), QueryLog(slow=0.2, plans=True)))
Database.connect(config=DatabaseConfig(observers=(Own(),)))
Database.embedded(observers=(RepeatedQueries(times=3, within=2),))
Databases({"default": "embedded:"}, observers=(Own(),))
Databases.from_file("settings.toml", observers=(Own(),))

with db.counting(own_thread=True) as n:
    assert_type(n, QueryCounter)
assert_type(n.queries, int)
assert_type(n.lines, list[Repeated])

# Rejected


class Other:
    def on_query(self, event: QueryEvent) -> None: ...


class Wrong(Observer):
    def on_query(self, event: str) -> None: ...  # R975 an event that is a text


Database.connect(observers=(Other(),))  # R976 an observer that does not inherit Observer
Database.connect(observers=[Own()])  # R977 a list of observers
Database.connect(observers=Own())  # R978 one that is in no tuple
Database.connect(observers=(Own,))  # R979 a class of observers
DatabaseConfig(observers=(print,))  # R980 a function as an observer
QueryLog(0.2)  # R981 a setting without its name
QueryLog(slow="1 s")  # R982 a text for seconds
db.counting(True)  # R983 an option without its name
n.queries.sql  # R984 a count for a query
