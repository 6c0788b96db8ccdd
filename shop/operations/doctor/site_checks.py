"""Checks of the way into the shop: BASE_URL, TLS, the clock, and how large a body may be."""

import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from portal.backoffice.reports.health_lines import HealthLine, Verdict, by_lag
from shop.operations.counted_words import counted
from shop.operations.doctor.site import Site
from shop.operations.error_lines import first_line

Unreachable = (OSError, HTTPException)

# OpenSSL's codes for a certificate that leads to no authority that is known here.
NO_AUTHORITY = {18, 19, 20, 21}
CERTIFICATE_LOOK, CERTIFICATE_ACT = timedelta(days=14), timedelta(days=3)
# Codes of authenticator apps are valid for half a minute.
CLOCK_LOOK, CLOCK_ACT = timedelta(seconds=3), timedelta(seconds=20)
LARGE_BODY = 2 * 1024 * 1024  # bytes; nothing that the shop takes is as large, but bank files


def site_lines(site: Site, http_port: int = 80) -> Iterator[HealthLine]:
    """Ask BASE_URL from outside, as visitors do."""
    try:
        answer = site.ask("/livez")
    except Unreachable as error:
        yield HealthLine(
            "site",
            "BASE_URL",
            Verdict.ACT,
            f"{site.url} does not answer: {reason(error)}",
            _advice(error),
        )
        return
    is_shop = (answer.status, answer.body) == (200, b"ok")
    yield HealthLine(
        "site",
        "BASE_URL",
        Verdict.FINE if is_shop else Verdict.ACT,
        f"{site.url}/livez answers {answer.status}",
        "502 or 503: the proxy finds no web process. Anything else: another server answers there.",
    )
    yield _clock_line(answer.headers["Date"], datetime.now(UTC))
    if site.is_https:
        yield _certificate_line(site.certificate_ends() - datetime.now(UTC))
        if site.port is None or http_port != 80:
            yield _redirect_line(site, http_port)
    yield _body_line(site)


def reason(error: BaseException) -> str:
    """Return why a server could not be reached, in words for operators."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    return first_line(error)


def _advice(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in NO_AUTHORITY:
        return (
            "Let the proxy send the whole chain of its certificate. If the authority is your own, have "
            "this machine trust it, or set SSL_CERT_FILE to its file (now "
            f"{os.environ.get('SSL_CERT_FILE') or 'not set'})."
        )
    return "Check the name's DNS entry, the proxy, its certificate, and the firewall."


def clock_line(key: str, label: str, ahead: timedelta) -> HealthLine:
    """Judge another clock, which is `ahead` of ours."""
    seconds = ahead.total_seconds()
    return HealthLine(
        key,
        label,
        by_lag(abs(ahead), CLOCK_LOOK, CLOCK_ACT),
        "agrees with this machine's"
        if abs(ahead) < CLOCK_LOOK
        else f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} this machine",
        "Let each machine set its clock by NTP: sign-in codes and leases depend on it.",
    )


def _clock_line(date: str | None, now: datetime) -> HealthLine:
    # To the second below, and the answer took a moment: neither counts.
    told = parsedate_to_datetime(date) if date else now
    return clock_line("site-clock", "Clock of the web server", told - now)


def _certificate_line(left: timedelta) -> HealthLine:
    verdict = Verdict.LOOK if left < CERTIFICATE_LOOK else Verdict.FINE
    return HealthLine(
        "certificate",
        "Certificate",
        Verdict.ACT if left < CERTIFICATE_ACT else verdict,
        f"valid for another {counted(left.days, 'day', 'days')}",
        "Renew it, and find out why that did not happen by itself.",
    )


def _redirect_line(site: Site, port: int) -> HealthLine:
    label, advice = "Redirect to https", "Let the proxy listen on port 80, and redirect to https."
    try:
        answer = site.ask_without_tls(port)
    except Unreachable as error:
        found = f"port {port} does not answer: {first_line(error)}"
        return HealthLine("redirect", label, Verdict.LOOK, found, advice)
    target = answer.headers.get("Location", "")
    is_right = answer.status in {301, 302, 307, 308} and target.startswith(site.url)
    found = f"http answers {answer.status}{f', to {target}' if target else ''}"
    return HealthLine("redirect", label, Verdict.FINE if is_right else Verdict.ACT, found, advice)


def _body_line(site: Site) -> HealthLine:
    label = "Large bodies"
    try:
        answer = site.ask("/", method="POST", body=bytes(LARGE_BODY))
    except Unreachable:  # the proxy has cut the connection
        return HealthLine("body", label, Verdict.FINE, "refused")
    # Each answer of the shop has this header.
    is_ours = "X-Request-ID" in answer.headers
    return HealthLine(
        "body",
        label,
        Verdict.LOOK if is_ours or answer.status != 413 else Verdict.FINE,
        f"2 MiB {'reach the web process' if is_ours else f'are answered with {answer.status}'}",
        "Let the proxy refuse bodies of more than 1 MiB, and of more than 6 MiB at /staff/payments/import/.",
    )
