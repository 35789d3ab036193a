"""The monitor's page, served on the loopback to whoever knows its address, of which a part is a secret."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

from ferra_sync._postgres.exits import close_at_exit
from ferra_sync._postgres.forks import at_fork

_HOST: Final = "127.0.0.1"
_LOGGER: Final = logging.getLogger("ferra_sync.monitor")
_PAGE: Final = Path(__file__).with_name("page.html")
_PATIENCE: Final = 10.0
"""Seconds in which a request must have come."""
_PAUSE: Final = 0.1
"""Seconds after which it is noticed that the page is closed."""


class MonitorPage:
    """A page that is being served; `close()`, or leaving it as a context manager, ends that.

    It is served on 127.0.0.1 alone. A request must name that or `localhost` as its host, so that no page of the web
    reaches it under a name of its own, and must have the secret of the address.

    Attributes:
        url: the address, with a secret in it that is another each time.
    """

    def __init__(self, found: Callable[[], dict[str, Any]], stop: Callable[[], object], port: int) -> None:
        self._stop = stop
        self._is_open = True
        secret = secrets.token_urlsafe(24)
        self._server = _Server((_HOST, port), found, secret)
        self.url: str = f"http://{_HOST}:{self._server.server_port}/{secret}/"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_PAUSE,), name="ferra-monitor", daemon=True
        )
        at_fork(self)
        close_at_exit(self)
        self._thread.start()

    def close(self) -> None:
        """Serve no more, and let go of the database. A second time does nothing."""
        if not self._is_open:
            return
        self._is_open = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._stop()

    def leave_to_parent(self) -> None:
        """In a forked child: let go of the port, which the parent serves."""
        self._is_open = False
        self._server.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    """One server of one page."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], found: Callable[[], dict[str, Any]], secret: str) -> None:
        super().__init__(address, _Request)
        self.found = found
        self.paths = {f"/{secret}/": self.page, f"/{secret}/data.json": self.data}
        self.hosts = {f"{name}:{self.server_port}" for name in (_HOST, "localhost")}

    def page(self) -> tuple[bytes, dict[str, str]]:
        """Return the page, whose own script alone runs."""
        nonce = secrets.token_urlsafe(16)
        own = f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
        policy = f"default-src 'none'; {own}; connect-src 'self'; base-uri 'none'; form-action 'none'"
        html = _PAGE.read_text(encoding="utf-8").replace("{nonce}", nonce)
        return html.encode(), {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
        }

    def data(self) -> tuple[bytes, dict[str, str]]:
        """Return what the page shows."""
        return json.dumps(self.found(), ensure_ascii=False).encode(), {"Content-Type": "application/json"}

    def handle_error(self, request: object, client_address: object) -> None:
        """Log what went wrong, but for a client that is gone."""
        del request, client_address
        error = sys.exception()
        if not isinstance(error, OSError):
            _LOGGER.error("the monitor's page cannot be shown", exc_info=error)

    def answer(self, host: str, path: str) -> Callable[[], tuple[bytes, dict[str, str]]] | HTTPStatus:
        """Return what makes the answer to a request, or why there is none."""
        if host not in self.hosts:
            return HTTPStatus.FORBIDDEN
        known = [make for each, make in self.paths.items() if secrets.compare_digest(each.encode(), path.encode())]
        return known[0] if known else HTTPStatus.NOT_FOUND


class _Request(BaseHTTPRequestHandler):
    """One request."""

    timeout = _PATIENCE
    server_version = "ferra"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer it."""
        server = cast("_Server", self.server)
        found = server.answer(self.headers.get("Host", ""), self.path.partition("?")[0])
        if isinstance(found, HTTPStatus):
            self.send_error(found)
            return
        try:
            body, headers = found()
        except Exception:
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)
            raise
        self.send_response(HTTPStatus.OK)
        always = {
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        for name, value in (headers | always).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the path holds the secret."""
