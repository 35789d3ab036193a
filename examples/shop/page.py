"""The page on which a person tries the shop: one file, which loads nothing from elsewhere."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from flask import Blueprint, Response

page: Final = Blueprint("page", __name__)
_HTML: Final = Path(__file__).with_name("page.html").read_text(encoding="utf-8")


@page.get("/")
def index() -> Response:
    nonce = secrets.token_urlsafe(16)
    own = f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:"
    policy = f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    html = _HTML.replace("{nonce}", nonce)
    return Response(html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})
