"""The monitor in a real browser, while an application is under load: what it shows, and that it shows no value."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import attrs
import psycopg
import pytest
from databases import fresh_database
from playwright.sync_api import Page, expect, sync_playwright
from psycopg.conninfo import make_conninfo

from ferra_sync import (
    Database,
    DatabaseConfig,
    Derived,
    FerraModel,
    PgRepository,
    Table,
    from_,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.monitoring import Statistics, monitor

CHROMIUM = shutil.which("chromium")
SECRET = "zq-secret"
PATIENCE = 20_000
"""Milliseconds: the machine is busy, on purpose."""
MARKUP = "<img src=x onerror=alert(1)>"
SCRIPT = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE makers (id integer PRIMARY KEY);
CREATE TABLE "<b>orders</b>" (id integer PRIMARY KEY, maker integer REFERENCES makers);
CREATE TABLE lamps (id integer PRIMARY KEY, name text NOT NULL);
CREATE INDEX lamps_by_name ON lamps (name);
INSERT INTO lamps SELECT number, 'zq-secret' FROM generate_series(1, 20000) number;
"""


class Numbers(Derived):
    number = t.integer()


class Lamps(Table):
    id = t.integer(primary_key=True)
    name = t.text()


@attrs.define
class Lamp(FerraModel[Lamps]):
    id: int
    name: str


@pytest.fixture
def db(counting_url: str) -> Iterator[Database]:
    with fresh_database(counting_url, script=SCRIPT) as url:
        config = DatabaseConfig(url, leak_after=0.1, application_name="shop", observers=(Statistics(),))
        with Database.connect(config=config) as db:
            yield db


@contextmanager
def load(db: Database) -> Iterator[None]:
    """Read and write from several threads, and now and then slowly."""
    lamps, over = PgRepository(Lamp, db), threading.Event()

    def work(number: int) -> None:
        while not over.wait(0.005):
            lamps.find_by_id(number)
            lamps.update(number, Lamp(number, f"{SECRET}-{number}"))
            db.fetch_value(from_(Lamps).where(Lamps.name.like(f"%{SECRET}%")).select(fn.count()))

    with ThreadPoolExecutor(2) as threads:
        working = [threads.submit(work, number) for number in (7, 8)]
        try:
            yield
        finally:
            over.set()
        for each in working:
            each.result(timeout=30)


def slow(db: Database) -> None:
    """Send a statement that is slow however quick the machine is."""
    numbers = Numbers.of(fn.generate_series(1, 4_000_000))
    assert db.fetch_value(from_(numbers).select(fn.count())) == 4_000_000


def line_of_ours(db: Database) -> int:
    """The line of the test that has a connection, among those of the load."""
    (line,) = (
        each.caller.line for each in db.stats().pool.borrowers if each.caller.function.startswith("test_under_load")
    )
    return line


def test_under_load_it_shows_what_is_slow_who_blocks_whom_and_who_keeps_a_connection(db: Database) -> None:
    if CHROMIUM is None:
        pytest.fail("this needs Debian's chromium: apt-get install chromium")
    with ExitStack() as stack:
        stack.enter_context(load(db))
        page_of = stack.enter_context(monitor(db))
        slow(db)
        tx = stack.enter_context(db.begin())
        leaking_line = line_of_ours(db)
        tx.execute(update(Lamps).find(1).set(Lamps.name.to(SECRET)))
        waiting = psycopg.connect(make_conninfo(db.config.url, application_name=MARKUP))
        stack.callback(waiting.close)
        waiting.pgconn.send_query(f"UPDATE lamps SET name = '{SECRET}' WHERE id = 1".encode())
        pids = waiting.info.backend_pid, tx._acquire().info.backend_pid
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        stack.callback(browser.close)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(page_of.url)
        of_server(page, *pids)
        of_application(page, leaking_line)
        of_charts(page)
        tx.rollback()
        expect(page.locator("#blocks")).to_contain_text("nobody waits for a lock")
        expect(page.locator("#borrowers")).not_to_contain_text("keeps it for too long")
        assert SECRET not in page.content()
        with page.expect_response("**/data.json") as answer:
            pass
        assert SECRET not in answer.value.text()
        assert said == []


def of_server(page: Page, blocked: int, blocker: int) -> None:
    expect(page.locator("#about")).to_contain_text("connections; 0 deadlocks")
    row = page.locator("#blocks tr").nth(1)
    expect(row).to_contain_text("ShareLock on transactionid")
    cells = row.locator("td").all_inner_texts()
    assert (cells[0], cells[4]) == (str(blocked), str(blocker))
    assert cells[1] == "UPDATE lamps SET name = ? WHERE id = ?"
    assert cells[5] == "idle in transaction"
    assert cells[7].startswith('UPDATE "lamps" SET "name"')
    expect(page.locator("#long_transactions")).to_contain_text("idle in transaction")
    expect(page.locator("#sessions")).to_contain_text(MARKUP)
    assert page.locator("img").count() == 0
    expect(page.locator("#statements")).to_contain_text('FROM "lamps" WHERE (("lamps"."name" LIKE $1))')
    expect(page.locator("#missing_indexes")).to_contain_text("<b>orders</b>")
    expect(page.locator("#unused_indexes")).to_contain_text("lamps_by_name")
    expect(page.locator("#tables")).to_contain_text("20,000")


def of_application(page: Page, line: int) -> None:
    leak = page.locator("#borrowers tr", has_text=f"{__file__}:{line} in ")
    expect(leak).to_contain_text("keeps it for too long")
    slowest = page.locator("#slowest tr").nth(1)
    expect(slowest).to_contain_text("generate_series")
    expect(slowest).to_contain_text(f"{__file__}:")
    expect(page.locator("#frequent tr").nth(1)).to_contain_text("lamps")


def of_charts(page: Page) -> None:
    charts = page.locator("#charts figure")
    expect(charts).to_have_count(9)
    expect(charts.nth(0).locator("polyline")).to_have_attribute("points", re.compile(r"\S+ \S+"))
    expect(charts.nth(4)).to_contain_text("in use")
    expect(charts.nth(5)).to_contain_text("longest")
    expect(charts.nth(5).locator("rect")).to_have_count(19)
