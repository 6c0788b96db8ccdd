"""`manage.py doctor` looks at the shop from outside: real proxies, each with one fault."""

import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse

import pytest
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from portal.backoffice.reports.health_lines import HealthLine
from shop.operations.doctor.proxy_checks import proxy_lines
from shop.operations.doctor.site import Site
from shop.operations.doctor.site_checks import site_lines
from tests.operations.front import HEADERS, Front, web_server

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("production")]

Make = Callable[..., Front]
KEYS = {
    *("site", "site-clock", "certificate", "redirect", "body"),
    *("probe", "proto", "proxies", "spoofed", "underscore"),
}


@pytest.fixture
def production(settings: Settings) -> None:
    """The settings of a deployment behind one proxy."""
    settings.DEMO = False
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.SECURE_SSL_REDIRECT = True
    behind(settings, 1)


def behind(settings: Settings, proxies: int) -> None:
    """Trust so many proxies, as `shop/settings/security.py` does."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    proto = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_PROXY_SSL_HEADER = proto if proxies else None


@pytest.fixture
def examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Any:
    """A function that returns what the doctor finds behind a front: its lines by key."""

    def examine(
        application: Any = None, *, trusts: bool = True, **faults: Any
    ) -> dict[str, HealthLine]:
        with web_server(application or get_wsgi_application()) as port:
            headers = {**HEADERS, **faults.pop("headers", {})}
            front = Front(tmp_path, faults.pop("web", port), headers, **faults)
            settings.BASE_URL = front.url
            with front.running() as certificate:
                if trusts:
                    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
                site = Site(front.url)
                return {
                    line.key: line for line in (*site_lines(site, front.http), *proxy_lines(site))
                }

    return examine


def worse(lines: dict[str, HealthLine]) -> dict[str, str]:
    """The verdicts that are not fine."""
    return {key: str(line.verdict) for key, line in lines.items() if line.verdict != "fine"}


def test_right_proxy_is_fine_in_every_line(examined: Any) -> None:
    lines = examined()
    assert set(lines) == KEYS
    assert {key: str(line.found) for key, line in lines.items() if line.verdict != "fine"} == {}
    assert lines["certificate"].found == "valid for another 89 days"
    assert lines["proxies"].found == "1; X-Forwarded-For arrives with 1 entry"


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"proto": ""}, {"proto": "act"}),
        ({"for": "proxy_pass_request_headers on;"}, {"proxies": "act", "spoofed": "act"}),
        ({"host": ""}, {"probe": "act"}),
        # The visitor's own entry stands before the true one, which counts.
        ({"for": "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"}, {}),
    ],
)
def test_header_that_the_proxy_sets_wrongly_is_found(
    headers: dict[str, str], found: dict[str, str], examined: Any
) -> None:
    lines = examined(headers=headers)
    assert {key: worse(lines)[key] for key in worse(lines) if key != "underscore"} == found


def test_headers_with_underscores_that_get_through_are_found(examined: Any) -> None:
    lines = examined(server="underscores_in_headers on;")
    assert worse(lines) == {"underscore": "act"}
    assert "visitors choose the address by which limits count" in str(lines["underscore"].found)


@pytest.mark.parametrize(
    ("proxies", "found"), [(0, {"proto": "act", "proxies": "act"}), (2, {"proxies": "act"})]
)
def test_wrong_number_of_trusted_proxies_is_found(
    proxies: int, found: dict[str, str], examined: Any, settings: Settings
) -> None:
    behind(settings, proxies)
    lines = examined()
    assert worse(lines) == found
    assert "TRUSTED_PROXIES=1" in str(lines["proxies"].advice)


@pytest.mark.parametrize(("days", "verdict"), [(10, "look"), (2, "act")])
def test_certificate_that_ends_soon_is_found(days: int, verdict: str, examined: Any) -> None:
    lines = examined(certificate_ends_in=timedelta(days=days, minutes=5))
    assert worse(lines) == {"certificate": verdict}
    assert lines["certificate"].found == f"valid for another {days} days"


def test_expired_certificate_is_found(examined: Any) -> None:
    lines = examined(certificate_ends_in=timedelta(days=-1))
    assert worse(lines) == {"site": "act", "probe": "act"}
    assert "its certificate is not valid (certificate has expired)" in str(lines["site"].found)


def test_certificate_of_an_unknown_authority_is_found(
    examined: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    lines = examined(trusts=False)
    assert worse(lines) == {"site": "act", "probe": "act"}
    assert "its certificate is not valid" in str(lines["site"].found)
    advice = "set SSL_CERT_FILE to its file (now /nowhere.pem)."
    assert str(lines["site"].advice).endswith(advice)


def test_missing_redirect_to_https_is_found(examined: Any) -> None:
    lines = examined(plain="return 200;")
    assert worse(lines) == {"redirect": "act"}


def test_large_bodies_that_get_through_are_found(examined: Any) -> None:
    lines = examined(server="client_max_body_size 8m;")
    assert worse(lines) == {"body": "look"}
    assert lines["body"].found == "2 MiB reach the web process"


def test_proxy_without_a_web_process_is_found(examined: Any) -> None:
    lines = examined(web=9)
    assert lines["site"].found.endswith("/livez answers 502")
    assert {"site": "act", "probe": "act"}.items() <= worse(lines).items()


def test_nobody_at_base_url_is_found(settings: Settings) -> None:
    settings.BASE_URL = "https://localhost:9"
    site = Site(settings.BASE_URL)
    lines = {line.key: line for line in (*site_lines(site), *proxy_lines(site))}
    assert worse(lines) == {"site": "act", "probe": "act"}


def other_server(environ: dict[str, Any], start: StartResponse) -> list[bytes]:
    """Another web site, whose clock is a minute ahead."""
    started = [("Content-Type", "text/plain"), ("Date", formatdate(time.time() + 61, usegmt=True))]
    start("200 OK", started)
    return [b"Welcome"]


def test_another_server_at_base_url_is_found(examined: Any) -> None:
    lines = examined(other_server)
    assert {"site": "act", "probe": "act"}.items() <= worse(lines).items()
    assert lines["probe"].found == "what answers at BASE_URL is not this shop (200)"


def test_web_server_whose_clock_differs_is_found(examined: Any) -> None:
    # nginx gives each answer a date of its own, unless it is told to pass on the other's.
    lines = examined(other_server, headers={"date": "proxy_pass_header Date;"})
    assert lines["site-clock"].verdict == "act"
    assert str(lines["site-clock"].found).endswith("s ahead of this machine")


def test_web_processes_with_another_key_are_found(examined: Any, settings: Settings) -> None:
    application = get_wsgi_application()

    def with_another_key(environ: Any, start: Any) -> Any:
        ours, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
        try:
            return application(environ, start)
        finally:
            settings.SECRET_KEY = ours

    lines = examined(with_another_key)
    assert worse(lines) == {"probe": "act"}
    assert lines["probe"].found == "what answers at BASE_URL is not this shop (404)"
