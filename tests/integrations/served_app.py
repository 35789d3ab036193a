"""What gunicorn serves in the tests: the reference domain as REST, on DATABASE_URL."""

from __future__ import annotations

import os

from flask import Flask
from integrations_app import add_resources

from ferra_sync.integrations.flask import Ferra, openapi_blueprint

application = Flask("served")
application.config["FERRA_MAX_CONNECTIONS"] = 4
ferra = Ferra(application)
add_resources(application)
application.register_blueprint(openapi_blueprint())
if os.environ.get("FERRA_TEST_OPEN_EARLY"):
    ferra.db.ping()  # With --preload the parent has connections, which are none of the workers'.
