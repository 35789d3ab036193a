"""The shop's page in a real browser: what a person does there, and what it says of it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator

import pytest
from databases import fresh_database
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from examples.shop.answers import ferra
from examples.shop.app import create_app
from examples.shop.samples import add_samples

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def address(server_url: str, domain_template: str) -> Iterator[str]:
    with fresh_database(server_url, template=domain_template) as url:
        app = create_app(url)
        with ferra.of(app).db as db, make_server("127.0.0.1", 0, app, threaded=True) as server:
            add_samples(db)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/"
            finally:
                server.shutdown()
                thread.join()


def products(page: Page) -> list[str]:
    return page.locator("#products tr td:first-child").all_inner_texts()


def test_a_person_lists_changes_and_is_refused(address: str) -> None:
    if CHROMIUM is None:
        pytest.fail("this needs Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            page = browser.new_page()
            page.set_default_timeout(10_000)
            said: list[str] = []
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("console", lambda message: said.append(message.text))
            page.goto(address)
            of_products(page)
            of_users(page)
            assert [text for text in said if "Failed to load resource" not in text] == []  # what is refused on purpose
        finally:
            browser.close()


def of_products(page: Page) -> None:
    answer = page.get_by_role("status")
    expect(page.locator("#product-page")).to_have_text("page 1 of 3, 28 in all")
    page.get_by_role("group", name="Pages of products").get_by_role("button", name="Next").click()
    expect(page.locator("#product-page")).to_have_text("page 2 of 3, 28 in all")
    page.get_by_label("Name contains").fill("LAMP")
    page.get_by_role("combobox", name="Stock").select_option("in stock")
    page.locator("#product-filter").get_by_role("combobox", name="Order").select_option("dearest first")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#product-page")).to_have_text("page 1 of 1, 6 in all")

    page.get_by_text("Add a product").click()
    form = page.locator("#product-add")
    for label, text in {"Name": "<b>Bench</b> lamp", "Price": "0", "SKU": "LAMP-RED", "Category": "home"}.items():
        form.get_by_label(label).fill(text)
    form.get_by_role("button").click()
    expect(answer).to_contain_text("price must be positive")
    form.get_by_label("Price").fill("99.50")
    form.get_by_role("button").click()
    expect(answer).to_contain_text('"code": "DUPLICATE_SKU"')
    form.get_by_label("SKU").fill("BENCH")
    form.get_by_role("button").click()
    expect(answer).to_contain_text("POST api/products: 201")

    page.get_by_role("button", name="Edit Red Lamp").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Price").fill("29.90")
    dialog.get_by_label("In stock").fill("-1")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("VALIDATION_ERROR")
    dialog.get_by_label("In stock").fill("1")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).not_to_be_visible()
    assert products(page)[0] == "Red Lamp"
    assert page.locator("#products tr").first.locator("td").all_inner_texts()[3:5] == ["29.90", "1"]

    page.get_by_role("button", name="Edit Red Lamp").click()
    page.evaluate(
        "fetch(`api/products/${edited.id}/stock`, {method: 'PUT', body: '{\"stock_quantity\": 9}', "
        "headers: {'Content-Type': 'application/json'}})"
    )
    dialog.get_by_label("Price").fill("1.00")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("PRECONDITION_FAILED")
    dialog.get_by_role("button", name="Cancel").click()

    page.get_by_role("button", name="Delete Red Lamp").click()
    expect(answer).to_contain_text("DELETE")
    expect(page.locator("#product-page")).to_have_text("page 1 of 1, 5 in all")
    page.get_by_role("combobox", name="Stock").select_option("sold out")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("<b>Bench</b> lamp", exact=True)).to_be_visible()


def of_users(page: Page) -> None:
    answer = page.get_by_role("status")
    expect(page.locator("#user-page")).to_have_text("page 1 of 2, 7 in all")
    page.get_by_role("button", name="Keep dora out").click()
    expect(answer).to_contain_text("/status: 200")
    page.get_by_label("Role of emil").select_option("admin")
    expect(page.locator("#user-page")).to_have_text("page 1 of 2, 6 in all")
    for role, code in {
        "none (the API refuses)": "MISSING_PARAMETER",
        "root (there is none)": "VALIDATION_ERROR",
    }.items():
        page.locator("#user-filter").get_by_role("combobox", name="Role").select_option(role)
        page.get_by_role("button", name="Show users").click()
        expect(answer).to_contain_text(code)
    page.get_by_text("Register a user").click()
    form = page.locator("#user-add")
    for label, text in {"Name": "ann", "Address": "x@example.com", "Shown as": "X", "Password": "long enough"}.items():
        form.get_by_label(label).fill(text)
    form.get_by_role("button").click()
    expect(answer).to_contain_text("USER_ALREADY_EXISTS")
    form.get_by_label("Name").fill("xenia")
    page.locator("#user-filter").get_by_role("combobox", name="Role").select_option("user")
    form.get_by_role("button").click()
    expect(page.locator("#user-page")).to_have_text("page 1 of 2, 7 in all")
    page.get_by_role("group", name="Pages of users").get_by_role("button", name="Next").click()
    expect(page.locator("#users")).to_contain_text("xenia")
