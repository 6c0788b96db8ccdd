"""A call of `/api/…` for each code that it answers, by the status it comes with."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from shop.access.models import Application
from shop.access.tokens import READ
from shop.orders.placing import Caller
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Project
from tests.api.provoked_changes import CHANGES
from tests.api.provoked_webhooks import WEBHOOKS
from tests.api.recorded_calls import NO_CALLS, TOO_LARGE, call, elsewhere, failing, meanwhile
from tests.billing.test_invoice_files import use_storage
from tests.factories import (
    BILLING,
    DETAILS,
    make_application,
    make_invoice,
    make_packed_order,
    make_project,
    make_subscription,
    make_token,
)
from tests.operations.archived import archive_all, make_cancelled_order
from tests.pages import Response

Call = Callable[[Settings], Response]
ORDERS = "/api/orders"
ORDER: dict[str, Any] = {"product": "s", **DETAILS}


def bearer(*scopes: str, of: Application | None = None) -> dict[str, str]:
    """The header with a token of an application."""
    return {"Authorization": f"Bearer {make_token(of or make_application(), *scopes)}"}


def ask(path: str, method: str = "GET", body: Any = None) -> Call:
    """A call by an application."""
    return lambda _settings: call(method, path, body, **bearer())


def send(body: Any, **headers: str) -> Call:
    """An order as it is sent, by an application."""
    return lambda _settings: call("POST", ORDERS, body, **bearer(), **headers)


def place(members: dict[str, Any]) -> Call:
    """An order with these members, outside the demo."""

    def provoke(settings: Settings) -> Response:
        elsewhere(settings)
        return call("POST", ORDERS, {"order": {**ORDER, **members}}, **bearer())

    return provoke


def bill(members: dict[str, Any]) -> Call:
    """An order with these members of billing."""
    return place({"billing": {**BILLING, **members}})


def for_project(members: dict[str, Any], change: Callable[[Project], Any] = id) -> Call:
    """An order for a project of a client, under the token of its client_admin."""

    def provoke(_settings: Settings) -> Response:
        project = make_project()
        change(project)
        known = {
            "product": "s",
            "client_id": project.client_id,
            "project_id": project.pk,
            "user_email": "new@example.com",
            "admin_user_access_token": make_token(project.client.client_admin),
        }
        return call("POST", ORDERS, {"order": {**known, **members}}, **bearer())

    return provoke


def under_one_key(second: dict[str, Any]) -> Call:
    """Two orders under one key."""

    def provoke(_settings: Settings) -> Response:
        headers = {**bearer(), "Idempotency-Key": "k1"}
        call("POST", ORDERS, {"order": ORDER}, **headers)
        return call("POST", ORDERS, {"order": second}, **headers)

    return provoke


def while_the_first_runs(_settings: Settings) -> Response:
    headers = {**bearer(), "Idempotency-Key": "k1"}
    place_order = partial(call, "POST", ORDERS, {"order": ORDER}, **headers)
    answers: list[Response] = []
    with meanwhile(lambda: answers.append(place_order())):
        place_order()
    return answers[0]


def while_it_fails(error: Exception) -> Call:
    def provoke(_settings: Settings) -> Response:
        with failing(error):
            return call("POST", ORDERS, {"order": ORDER}, **bearer())

    return provoke


def too_often(settings: Settings) -> Response:
    elsewhere(settings)
    settings.RATE_LIMITS = NO_CALLS
    return call("GET", ORDERS, **bearer())


def from_nowhere(_settings: Settings) -> Response:
    return Client().get(ORDERS, headers={"Host": "evil.example"})


def forbidden(settings: Settings) -> Response:
    settings.ROOT_URLCONF = "tests.broken_urls"
    return Client().get("/api/forbidden")


def without_storage(settings: Settings) -> Response:
    application = make_application()
    invoice = make_invoice(make_subscription(application=application))
    use_storage(settings, "tests.billing.test_invoice_files.AwayStorage")
    return call("GET", f"/api/invoices/{invoice.number}/pdf", **bearer(of=application))


def cancel_too_late(_settings: Settings) -> Response:
    application = make_application()
    order = make_packed_order()
    type(order).objects.filter(pk=order.pk).update(application=application)
    return call("POST", f"{ORDERS}/{order.order_hash}/cancel", {}, **bearer(of=application))


def cancel_an_archived_order(_settings: Settings) -> Response:
    application = make_application()
    order = make_cancelled_order(caller=Caller(application=application))
    archive_all()
    return call("POST", f"{ORDERS}/{order.order_hash}/cancel", {}, **bearer(of=application))


def listed(query: str) -> Call:
    """The list of orders with this query."""
    return ask(f"{ORDERS}?{query}")


def close(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(joins_closed_at=timezone.now())


def give_billing(project: Project) -> None:
    given = {name: value for name, value in BILLING.items() if name != "reference"}
    BillingProfile.objects.create(client=project.client, **given)


MANY_MEMBERS = {f"key{number}": "x" for number in range(21)}
METADATA: list[tuple[str, dict[str, str]]] = [
    ("too_many_members", MANY_MEMBERS),
    ("key_blank", {" ": "x"}),
    ("key_too_long", {"k" * 41: "x"}),
    ("key_control_characters", {"a\x00": "x"}),
    ("key_not_unicode", {"\ud800": "x"}),
]
MEMBERS: list[tuple[str, dict[str, Any]]] = [
    ("required", {"product": None}),
    ("blank", {"client_name": " "}),
    ("too_long", {"client_name": "x" * 201}),
    ("control_characters", {"client_name": "a\x00b"}),
    ("not_a_string", {"client_name": 1}),
    ("not_unicode", {"client_name": "\ud800"}),
    ("not_an_integer", {"client_id": "1"}),
    ("out_of_range", {"client_id": 0}),
    ("not_an_object", {"billing": []}),
    ("unknown_language", {"language": "fr"}),
    ("unknown_interval", {"interval": "week"}),
    ("not_an_email", {"user_email": "Nina <nina@example.com>"}),
    ("login_characters", {"user_login": "näna"}),
    ("read_only", {"state": "packed"}),
    ("unknown_member", {"colour": "red"}),
    ("not_ascii", {"redirection_uri": "https://müller.de"}),
    ("not_a_uri", {"redirection_uri": "https://[::1"}),
    ("not_https", {"redirection_uri": "http://partner.example"}),
    ("fragment", {"redirection_uri": "https://partner.example/#top"}),
    ("no_host", {"redirection_uri": "https:///hooks"}),
    ("invalid_host", {"redirection_uri": "https://127.1/hooks"}),
    ("user_information", {"redirection_uri": "https://nina@partner.example/"}),
    ("not_public", {"redirection_uri": "https://10.0.0.1/"}),
    ("local_name", {"redirection_uri": "https://localhost/"}),
    ("required_with", {"client_id": 1}),
    ("required_unless", {"client_id": 1, "project_name": None}),
    ("client_required", {"project_id": 1}),
    ("two_clients", {"client_id": 1}),
    ("two_projects", {"project_id": 1}),
    ("login_is_another_email", {"user_login": "other@example.com"}),
    ("not_by_the_year", {"interval": "year"}),
    ("unknown_tier", {"product": "S"}),
    ("invalid_promo_code", {"promo_code": "GONE"}),
    ("invalid_token", {"admin_user_access_token": "nobody's"}),
    *((code, {"metadata": members}) for code, members in METADATA),
]
BILLING_MEMBERS: list[tuple[str, dict[str, Any]]] = [
    ("unknown_customer_type", {"customer_type": "person"}),
    ("unknown_country", {"country": "Germany"}),
    ("businesses_only", {"customer_type": "private", "company": None, "name": "N"}),
    ("invalid_vat_id", {"vat_id": "DE136695977"}),
    ("vat_id_of_another_country", {"vat_id": "ATU12345675"}),
]
BODIES: list[tuple[str, bytes]] = [
    ("invalid_json", b"{"),
    ("doubled_member", b'{"order": {}, "order": {}}'),
    ("not_utf8", b'{"order": "\xff"}'),
    ("nested_too_deeply", b"[" * 101),
    ("too_many_digits", b"9" * 5000),
    ("no_order", b"[]"),
]
LISTS = [
    ("unknown_parameter", "fields=state"),
    ("given_twice", "page=1&page=1"),
    ("page_with_cursor", "page=1&cursor=1-1"),
    ("not_a_cursor", "cursor=x"),
    ("not_a_time", "created_after=yesterday"),
    ("unknown_state", "state=new"),
    ("unknown_product", "product=unknown"),
    ("unknown_sort", "sort=placed"),
    ("not_a_reference", "reference=%00"),
    ("not_an_order_hash", "order_hash=x"),
    ("too_many_values", "order_hash=" + ",".join(["0" * 32] * 101)),
]
CALLS: list[tuple[str, int, Call]] = [
    *((code, 400, send(body)) for code, body in BODIES),
    *((code, 422, place(members)) for code, members in MEMBERS),
    *((code, 422, bill(members)) for code, members in BILLING_MEMBERS),
    *((code, 422, listed(query)) for code, query in LISTS),
    *CHANGES,
    *WEBHOOKS,
    ("bad_request", 400, from_nowhere),
    ("missing_token", 401, lambda _settings: call("GET", ORDERS)),
    ("invalid_token", 401, lambda _settings: call("GET", ORDERS, Authorization="Bearer x")),
    ("insufficient_scope", 403, lambda _settings: call("POST", ORDERS, {}, **bearer(READ))),
    ("forbidden", 403, forbidden),
    ("address_not_found", 404, ask("/api/nothing")),
    ("order_not_found", 404, ask(f"{ORDERS}/{'0' * 32}")),
    ("invoice_not_found", 404, ask("/api/invoices/2000-000001")),
    ("tier_not_found", 404, ask("/api/products/nothing")),
    ("method_not_allowed", 405, ask(ORDERS, "DELETE")),
    ("idempotency_key_in_use", 409, while_the_first_runs),
    ("not_cancellable", 409, cancel_too_late),
    ("order_archived", 409, cancel_an_archived_order),
    ("body_too_large", 413, send(TOO_LARGE)),
    ("unsupported_media_type", 415, send({}, content_type="text/plain")),
    ("unsupported_charset", 415, send({}, content_type="application/json; charset=latin-1")),
    ("unsupported_content_encoding", 415, send({}, **{"Content-Encoding": "gzip"})),
    ("beside_the_order", 422, send({"order": ORDER, "dry_run": True})),
    ("client_has_billing", 422, for_project({"billing": BILLING}, give_billing)),
    ("unknown_project", 422, for_project({"project_id": 2**40})),
    ("project_closed", 422, for_project({}, close)),
    ("wrong_tier", 422, for_project({"product": "m"})),
    ("invalid_idempotency_key", 422, send({"order": ORDER}, **{"Idempotency-Key": "x" * 256})),
    ("idempotency_key_reused", 422, under_one_key({"product": "m"})),
    ("too_many_calls", 429, too_often),
    ("server_error", 500, while_it_fails(RuntimeError("broken"))),
    ("unavailable", 503, while_it_fails(OperationalError("away"))),
    ("file_unavailable", 503, without_storage),
]


def told(answer: Response) -> set[str]:
    """The codes of a refusal, which stand beside its sentences."""
    body = json.loads(answer.content)
    assert {name: len(each) for name, each in body["error"].items()} == {
        name: len(each) for name, each in body["codes"].items()
    }
    return {code for codes in body["codes"].values() for code in codes}
