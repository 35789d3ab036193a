from __future__ import annotations

import pytest
from load import loaded, served

from ferra_sync import Database

CLIENTS, REQUESTS = 32, 1024


@pytest.mark.parametrize("preload", [False, True])
def test_many_clients_are_all_answered_and_nothing_is_lost(db: Database, *, preload: bool) -> None:
    with served(db.config.url, preload=preload) as address:
        load = loaded(address, CLIENTS, REQUESTS)
        with db.connection() as connection:
            backends = connection.execute(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
    assert load.failures == []
    assert load.server_errors == 0
    assert load.statuses.total() == REQUESTS
    assert {key for key in load.statuses if key[1] not in {200, 201, 204}} == {("POST", 422), ("GET", 404)}
    assert load.statuses["POST", 201] == load.statuses["POST", 422] == REQUESTS // 8
    assert {state for (state,) in backends} <= {"idle"}
    with db.connection() as connection:
        assert connection.execute("SELECT count(*) FROM films").fetchone() == (
            load.statuses["POST", 201] - load.statuses["DELETE", 204],
        )
