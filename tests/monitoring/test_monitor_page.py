"""The monitor's page as it is served: to whom, to whom not, and what of."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import struct
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from databases import fresh_database, server_in_memory
from psycopg.conninfo import make_conninfo

from ferra_sync import Database, DatabaseConfig, Db, QueryError
from ferra_sync.monitoring import MonitorPage, Statistics, monitor
from ferra_sync.monitoring._document import document, plain
from ferra_sync.monitoring._sampler import Sampler


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture(scope="module")
def page(url: str) -> Iterator[MonitorPage]:
    with Database.connect(url, observers=(Statistics(),)) as db, monitor(db) as page:
        yield page


def asked(page: MonitorPage, path: str, *, host: str | None = None, method: str = "GET") -> http.client.HTTPResponse:
    """Send a request to the page's server over a pair of sockets, answered in this thread."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: {urlsplit(page.url).netloc if host is None else host}\r\n\r\n".encode()
        )
        page._server.finish_request(theirs, ("127.0.0.1", 0))
        theirs.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(ours, method=method)
        answer.begin()
        answer.read()
        return answer


def data(page: MonitorPage) -> dict[str, Any]:
    with urllib.request.urlopen(page.url + "data.json") as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_the_page_is_one_file_that_loads_nothing_from_elsewhere(page: MonitorPage) -> None:
    with urllib.request.urlopen(page.url) as answer:
        html = answer.read().decode()
        policy = answer.headers["Content-Security-Policy"]
        headers = {name: answer.headers[name] for name in ("Cache-Control", "Referrer-Policy", "Server")}
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    assert "{nonce}" not in html
    assert "src=" not in html.replace("svg", "")
    assert [word for word in html.split('"') if word.startswith("http")] == ["http://www.w3.org/2000/svg"]
    assert headers == {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Server": "ferra "}


def test_the_data_are_of_the_server_and_of_the_application(page: MonitorPage, url: str) -> None:
    found = data(page)
    assert found["failure"] is None
    assert found["server"]["status"]["database"] in url
    assert found["server"]["sessions"]
    assert found["app"]["pool"]["most"] == 10
    assert found["app"]["counted"]["queries"]["count"] == 0


def test_a_page_of_a_server_alone_has_no_application(url: str) -> None:
    with monitor(DatabaseConfig(url)) as page:
        assert data(page)["app"] is None


def test_a_page_of_a_database_without_statistics_says_what_its_pool_does(url: str) -> None:
    with Database.connect(url) as db, monitor(db) as page:
        assert data(page)["app"]["counted"] is None


def test_the_rates_are_of_two_moments(page: MonitorPage, url: str) -> None:
    data(page)
    while not (points := data(page)["points"]):
        pass
    assert points[0]["transactions"] >= 0


@pytest.mark.parametrize("path", ["/", "/data.json", "/wrong/", "/{secret}", "/{secret}/other", "/{secret}/../x", "/é"])
def test_without_the_secret_there_is_nothing(page: MonitorPage, path: str) -> None:
    secret = urlsplit(page.url).path.strip("/")
    wanted = urllib.request.quote(path.replace("{secret}", secret[:-1] if path == "/{secret}" else secret))
    assert asked(page, wanted).status == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"]
)
def test_a_page_of_the_web_does_not_reach_it_under_a_name_of_its_own(page: MonitorPage, host: str) -> None:
    address = urlsplit(page.url)
    assert asked(page, address.path, host=host.replace("{port}", str(address.port))).status == 403
    assert asked(page, address.path, host=f"localhost:{address.port}").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_it_can_only_be_read(page: MonitorPage, method: str) -> None:
    assert asked(page, urlsplit(page.url).path, method=method).status == 501


def test_the_page_and_its_data_are_answers_to_get(page: MonitorPage) -> None:
    path = urlsplit(page.url).path
    html, found = asked(page, path), asked(page, f"{path}data.json?now")
    assert (html.status, html.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (found.status, found.headers["Content-Type"]) == (200, "application/json")


def test_each_page_has_another_secret(url: str) -> None:
    with monitor(DatabaseConfig(url)) as one, monitor(DatabaseConfig(url)) as other:
        assert urlsplit(one.url).path != urlsplit(other.url).path
        assert asked(one, urlsplit(other.url).path).status == 404


def test_a_request_that_never_comes_keeps_nobody_out(page: MonitorPage) -> None:
    address = urlsplit(page.url)
    with socket.create_connection((str(address.hostname), address.port or 0)):
        assert data(page)["failure"] is None


def test_the_end_of_the_page_is_the_end_of_its_threads_and_of_its_session(server_url: str) -> None:
    before = threading.active_count()
    with fresh_database(server_url) as url, psycopg.connect(url, autocommit=True) as admin:
        with monitor(DatabaseConfig(url)) as page:
            data(page)
            assert len(sessions(admin)) == 1
        page.close()
        while sessions(admin) or threading.active_count() > before:
            pass
    with pytest.raises(OSError, match="refused"):
        data(page)


def sessions(admin: psycopg.Connection[Any]) -> list[Any]:
    return admin.execute(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'ferra monitor' AND datname = current_database()"
    ).fetchall()


def test_a_port_that_is_taken_is_an_error_and_leaves_no_session(page: MonitorPage, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        before = len(sessions(admin))
        with pytest.raises(OSError, match="in use"):
            monitor(DatabaseConfig(url), port=urlsplit(page.url).port or 0)
        while len(sessions(admin)) > before:
            pass


def test_a_server_that_is_away_is_an_error_and_no_page(url: str) -> None:
    with pytest.raises(Db):
        monitor(DatabaseConfig(make_conninfo(url, dbname="nosuch")))


def test_a_server_that_goes_away_is_told_and_what_was_known_stays() -> None:
    with server_in_memory() as server:
        db = Database.connect(server.url)
        page = monitor(db)
        before = data(page)
    try:
        while (found := data(page))["failure"] is None:
            pass
        assert found["failure"] == page._server.found()["failure"]
        assert found["server"] == before["server"]
        assert found["app"]["pool"]["most"] == 10
    finally:
        page.close()
        db.close()


def test_somebody_elses_connection_is_not_watched(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(QueryError, match="monitor needs connections of its own"):
        monitor(Database.over(connection))


def test_a_client_that_goes_away_is_nobodys_error(
    page: MonitorPage, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    address = urlsplit(page.url)
    for _ in range(20):
        with socket.create_connection((str(address.hostname), address.port or 0)) as gone:
            gone.sendall(f"GET {address.path}data.json HTTP/1.0\r\nHost: {address.netloc}\r\n\r\n".encode())
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # It ends with a reset.
    assert data(page)["failure"] is None
    assert capfd.readouterr().err == ""
    assert caplog.records == []


def test_what_goes_wrong_is_an_answer_and_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> dict[str, Any]:
        raise LookupError("on purpose")

    with MonitorPage(fail, lambda: None, 0) as page:
        with pytest.raises(urllib.error.HTTPError, match="500"):
            data(page)
        with pytest.raises(LookupError):
            asked(page, urlsplit(page.url).path + "data.json")
        assert asked(page, urlsplit(page.url).path).status == 200
        while not caplog.records:
            pass
        caplog.clear()
        for error in (ConnectionResetError(), TimeoutError(), LookupError("on purpose")):
            fail_with(page, error)
    assert len(caplog.records) == 1
    assert "the monitor's page cannot be shown" in caplog.text
    assert "on purpose" in caplog.text


def fail_with(page: MonitorPage, error: Exception) -> None:
    """Let the page's server hear that a request ended so."""
    with contextlib.suppress(type(error)):
        try:
            raise error
        finally:
            page._server.handle_error(None, None)


def test_a_forked_child_serves_nothing(page: MonitorPage) -> None:
    pid = os.fork()
    if pid == 0:
        page.close()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert data(page)["failure"] is None


def test_who_waits_for_whom_is_a_pair_of_sessions(url: str) -> None:
    with closing(Sampler(DatabaseConfig(url), every=0)) as sampler, psycopg.connect(url) as first:
        late = psycopg.connect(url)
        first.execute("SELECT pg_advisory_xact_lock(7)")
        late.pgconn.send_query(b"SELECT pg_advisory_xact_lock(7)")
        while not (found := document(sampler.watched())["server"]["blocks"]):
            pass
        pids = late.info.backend_pid, first.info.backend_pid
        late.close()
    (block,) = found
    assert (block["blocked"]["pid"], block["blocker"]["pid"]) == pids
    assert (block["lock"], block["blocker"]["state"]) == ("ExclusiveLock on advisory", "idle in transaction")
    assert block["seconds"] >= 0


def test_only_what_is_known_to_be_shown_is_shown() -> None:
    assert plain({"a": (1, 2.5, float("inf"), None, True, ["x"])}) == {"a": [1, 2.5, None, None, True, ["x"]]}
    with pytest.raises(TypeError, match="bytes is not for the monitor's page"):
        plain(b"secret")
