"""The page that shows an OpenAPI document, and tries what it describes; it loads nothing from elsewhere."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final, NamedTuple

_PAGE: Final = Path(__file__).with_name("page.html")


class PageOfApi(NamedTuple):
    """The page's HTML, and the Content-Security-Policy by which its own script alone runs."""

    html: str
    policy: str


def page_of_api() -> PageOfApi:
    """Return the page, which asks for `openapi.json` beside it."""
    nonce = secrets.token_urlsafe(16)
    own = f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
    policy = (
        f"default-src 'none'; {own}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return PageOfApi(_PAGE.read_text(encoding="utf-8").replace("{nonce}", nonce), policy)
