"""Checks of the headers that the proxies set: what arrives at a web process (`probe.py`)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from portal.backoffice.reports.health_lines import HealthLine, Verdict
from shop.operations.doctor.probe import new_token, nonce_of
from shop.operations.doctor.site import Site
from shop.operations.doctor.site_checks import Unreachable, reason
from shop.version import version

SPOOFED = "203.0.113.77"  # an address for documentation: nobody's


class ProbeFailedError(Exception):
    """The probe was not answered by a web process of this shop; says why, and what to do."""

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found)
        self.found, self.advice = found, advice


def proxy_lines(site: Site) -> Iterator[HealthLine]:
    """Look at what arrives of requests that try to pass for somebody else's."""
    try:
        arrival = _arrival(site, {})
        by_header = _arrival(site, {"X-Forwarded-For": SPOOFED})
        by_underscore = _arrival(site, {"X_Forwarded_For": SPOOFED})
    except ProbeFailedError as error:
        yield HealthLine("probe", "Web process", Verdict.ACT, error.found, error.advice)
        return
    runs = arrival["version"]
    yield HealthLine(
        "probe",
        "Web process",
        Verdict.FINE if runs == version() else Verdict.LOOK,
        f"version {runs}",
        f"This is version {version()}: restart the web processes.",
    )
    if site.is_https:
        yield _https_line(arrival)
    yield _number_line(arrival)
    yield _spoofed_line(
        "spoofed",
        "X-Forwarded-For of visitors",
        by_header,
        "Let the outermost proxy overwrite X-Forwarded-For with the visitor's address.",
    )
    yield _spoofed_line(
        "underscore",
        "X_Forwarded_For of visitors",
        by_underscore,
        "Let the proxy drop headers whose names contain _ (nginx: underscores_in_headers off).",
    )


def _arrival(site: Site, headers: Mapping[str, str]) -> dict[str, Any]:
    token = new_token()
    try:
        answer = site.ask(f"/probe/{token}", headers)
    except Unreachable as error:
        raise ProbeFailedError(f"not reached: {reason(error)}", "See BASE_URL above.") from error
    if answer.status == 400:
        raise ProbeFailedError(
            "it refuses the request (400)",
            "The proxy must pass on the Host header of the visitor, and TRUSTED_PROXIES must not be "
            "larger than the number of proxies.",
        )
    try:
        found = json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("nonce") != nonce_of(token):
        raise ProbeFailedError(
            f"what answers at BASE_URL is not this shop ({answer.status})",
            "BASE_URL leads to another server, or the web processes have another SECRET_KEY, an "
            "earlier version, or a clock that differs by minutes.",
        )
    return found


def _https_line(arrival: dict[str, Any]) -> HealthLine:
    proto = arrival["forwarded_proto"] or "missing"
    return HealthLine(
        "proto",
        "X-Forwarded-Proto",
        Verdict.FINE if arrival["is_secure"] else Verdict.ACT,
        f"{proto}{'' if arrival['is_secure'] else ', not believed'}",
        "Let the proxy set X-Forwarded-Proto to https, and set TRUSTED_PROXIES to the number of "
        "proxies: otherwise each page redirects to itself.",
    )


def _number_line(arrival: dict[str, Any]) -> HealthLine:
    trusted, number = arrival["trusted_proxies"], len(arrival["forwarded_for"])
    advice = f"Set TRUSTED_PROXIES={number}, if that is the number of your own proxies."
    if not number and trusted:
        advice = "Let the proxy set X-Forwarded-For, or set TRUSTED_PROXIES=0 if there is none."
    return HealthLine(
        "proxies",
        "TRUSTED_PROXIES",
        Verdict.FINE if number == trusted else Verdict.ACT,
        f"{trusted}; X-Forwarded-For arrives with {number} {'entry' if number == 1 else 'entries'}",
        advice,
    )


def _spoofed_line(key: str, label: str, arrival: dict[str, Any], advice: str) -> HealthLine:
    if arrival["client"] == SPOOFED:
        found, verdict = "believed: visitors choose the address by which limits count", Verdict.ACT
    elif arrival["forwarded_for"] and arrival["forwarded_for"][-1] == SPOOFED:
        found, verdict = "passed on", Verdict.LOOK
    else:
        found, verdict = "not believed", Verdict.FINE
    return HealthLine(key, label, verdict, found, advice)
