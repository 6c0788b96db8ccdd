"""The limit: a bare Django view in the same server, on the same database.

It answers with the bytes that the shop has answered with, after the least SQL such an answer needs.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings

from shop.settings import DATABASES

DATABASE: dict[str, Any] = {**DATABASES["default"], "CONN_HEALTH_CHECKS": False}
if "sqlite" not in DATABASE["ENGINE"]:
    DATABASE["ENGINE"] = "django.db.backends.postgresql"  # the shop may have one of its own
settings.configure(
    ALLOWED_HOSTS=["localhost"],
    DATABASES={"default": DATABASE},
    ROOT_URLCONF=__name__,
    SECRET_KEY="none",
    USE_TZ=True,
    LOGGING_CONFIG=None,
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 -- needs the settings
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from tests.benchmarks.limit_queries import QUERIES  # noqa: E402

KNOWN: dict[str, Any] = json.loads(Path(os.environ["BENCH_KNOWN"]).read_text())
ANSWERS = {
    name: (base64.b64decode(answer["body"]), answer["status"], answer["headers"])
    for name, answer in KNOWN["answers"].items()
}


def view(request: HttpRequest, name: str) -> HttpResponse:
    """Run the SQL of a path, and answer."""
    with connection.cursor() as cursor:
        QUERIES[name](cursor, KNOWN, request)
    body, status, headers = ANSWERS[name]
    return HttpResponse(body, status=status, headers=headers)


urlpatterns = [path("<slug:name>", view)]
application = get_wsgi_application()
