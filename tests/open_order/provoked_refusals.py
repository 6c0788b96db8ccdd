"""A call of the open order for each code that it answers, by the status it comes with."""

from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Project
from tests.api.recorded_calls import TOO_LARGE, elsewhere, failing, meanwhile
from tests.api.recorded_refusals import (
    changed_after_submit,
    filled,
    in_dollars,
    opened,
    submitted,
    under_a_used_key,
)
from tests.factories import BILLING, make_application, make_project, make_token
from tests.open_order.calls import (
    ACCOUNT,
    CONTACT,
    OWNER,
    PRODUCT,
    by_cookie,
    by_password,
    by_token,
    fill,
    submit,
)
from tests.open_order.provoked_callers import CALLERS, plain
from tests.open_order.test_billing_contact import LETTER
from tests.pages import Response

Call = Callable[[Settings], Response]
REGULAR = "account/contactInfo/regular"


def put(path: str, body: Any, **headers: str) -> Call:
    """A PUT below `/order` by the owner of a cookie."""
    return lambda _settings: by_cookie().put(f"/order/{path}", body, **headers)


def account(**members: Any) -> Call:
    return put("account", {**ACCOUNT, **members})


def contact(**media: Any) -> Call:
    given = {**CONTACT, "contactMedia": {**CONTACT["contactMedia"], **media}}
    return put("account/contactInfo/regular", given)


def letter(**members: Any) -> Call:
    return put("account/contactInfo/billing", {**LETTER, **members})


def product(**members: Any) -> Call:
    given = {**PRODUCT, **members}
    return lambda _settings: by_cookie().post("/order/account/products", given)


def hook(uri: str) -> Call:
    """Attributes with a redirection_uri, by a program that may set one, outside the demo."""

    def provoke(settings: Settings) -> Response:
        elsewhere(settings)
        program = by_token(make_token(make_application()), OWNER)
        return program.put("/order/attributes", [{"name": "redirection_uri", "value": uri}])

    return provoke


def submitted_with(*puts: tuple[str, str, Any]) -> Call:
    """The submit of an order that these calls have filled further."""

    def provoke(_settings: Settings) -> Response:
        program = filled(by_cookie())
        for method, path, body in puts:
            assert program.call(method, f"/order/{path}", body).status_code < 300
        return submit(program)

    return provoke


def by_client_admin(
    project: Project, offering: dict[str, Any], billing: dict[str, Any] | None = None
) -> Response:
    """The submit of an order for the client of a project, by its client_admin."""
    admin = project.client.client_admin
    assert admin
    program = by_password(admin.email, owner_id=OWNER)
    program.put("/order/account", {**ACCOUNT, "name": None, "accountNumber": project.client_id})
    assert program.post("/order/account/products", offering).status_code == 201
    program.put(f"/order/{REGULAR}", CONTACT)
    if billing:
        program.put("/order/account/contactInfo/billing", billing)
    return submit(program)


def for_project(change: Callable[[Project], Any] = id, **members: Any) -> Call:
    """The submit of an order for a project that is changed before."""

    def provoke(_settings: Settings) -> Response:
        project = make_project()
        change(project)
        return by_client_admin(project, {"offering": "s", "projectId": project.pk, **members})

    return provoke


def billed(_settings: Settings) -> Response:
    """The submit of an order with billing data for a client that has some."""
    project = make_project()
    given = {name: value for name, value in BILLING.items() if name != "reference"}
    BillingProfile.objects.create(client=project.client, **given)
    return by_client_admin(project, PRODUCT, LETTER)


def for_nobody(_settings: Settings) -> Response:
    """The submit of an order for a project that names no client."""
    program = filled(by_cookie())
    path = program.get("/order/account/products").json()["list"][0]["links"][0]["href"]
    program.put(path.removeprefix("http://testserver"), {"offering": "s", "projectId": 1})
    return submit(program)


def at_product(service: str, method: str) -> Call:
    """A call at a service of the product."""

    def provoke(_settings: Settings) -> Response:
        program = filled(by_cookie())
        number = program.get("/order/account/products").json()["list"][0]["productId"]
        path = f"/order/account/products/{number}/services/{service}".rstrip("/")
        return program.call(method, path, {})

    return provoke


def close(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(joins_closed_at=timezone.now())


def while_the_first_runs(_settings: Settings) -> Response:
    program = filled(by_cookie())
    program.headers["Idempotency-Key"] = "k1"
    answers: list[Response] = []
    with meanwhile(lambda: answers.append(submit(program))):
        submit(program)
    return answers[0]


def with_key(key: str) -> Call:
    def provoke(_settings: Settings) -> Response:
        program = filled(by_cookie())
        program.headers["Idempotency-Key"] = key
        return submit(program)

    return provoke


def while_it_fails(error: Exception) -> Call:
    def provoke(_settings: Settings) -> Response:
        fill(by_cookie())
        client = Client(raise_request_exception=False, headers={"Cookie": f"OwnerId={OWNER}"})
        with failing(error):
            return client.post("/order/action", {"action": "submit"}, "application/json")

    return provoke


def from_nowhere(_settings: Settings) -> Response:
    return Client().get("/order", headers={"Host": "evil.example"})


URIS = [
    ("not_ascii", "https://müller.de"),
    ("not_a_uri", "https://[::1"),
    ("not_https", "http://partner.example"),
    ("fragment", "https://partner.example/#top"),
    ("no_host", "https:///hooks"),
    ("invalid_host", "https://127.1/hooks"),
    ("user_information", "https://nina@partner.example/"),
    ("not_public", "https://10.0.0.1/"),
    ("local_name", "https://localhost/"),
]
BODIES = [
    ("invalid_json", b"{"),
    ("doubled_member", b'{"currency": "EUR", "currency": "EUR"}'),
    ("not_utf8", b'{"currency": "\xff"}'),
    ("nested_too_deeply", b"[" * 101),
    ("too_many_digits", b"9" * 5000),
]
CALLS: list[tuple[str, int, Call]] = [
    *((code, 400, put("account", body)) for code, body in BODIES),
    *((code, 400, hook(uri)) for code, uri in URIS),
    ("bad_request", 400, from_nowhere),
    ("invalid_fields", 400, account(currency=None)),
    ("required", 400, account(currency=None)),
    ("blank", 400, account(name=" ")),
    ("too_long", 400, account(name="x" * 201)),
    ("control_characters", 400, account(name="a\x00b")),
    ("not_a_string", 400, account(name=1)),
    ("not_unicode", 400, account(name="\ud800")),
    ("not_an_integer", 400, account(accountNumber="1")),
    ("out_of_range", 400, account(accountNumber=0)),
    ("not_an_object", 400, put("account", [])),
    ("not_a_list", 400, put("attributes", {})),
    ("unknown_member", 400, account(colour="red")),
    ("unknown_parameter", 400, put("account?dry_run=true", ACCOUNT)),
    ("unknown_currency", 400, account(currency="XYZ")),
    ("invalid_language_tag", 400, account(language="d")),
    ("no_password", 400, account(password="secret")),
    ("no_client_ip", 400, account(clientIp="192.0.2.1")),
    ("give_project_id", 400, product(existingProductUrl="https://shop.example/1")),
    ("card_number", 400, account(name="4111111111111111")),
    ("payment_by_invoice", 400, put("account/paymentInfo", {"paymentInfoType": "card"})),
    (
        *("payment_data", 400),
        put("account/paymentInfo", {"paymentInfoType": "offline", "cvc": "123"}),
    ),
    ("unknown_attribute", 400, put("attributes", [{"name": "Colour", "value": "red"}])),
    ("given_twice", 400, put("attributes", [{"name": "AffiliateId", "value": "a"}] * 2)),
    ("unknown_action", 400, plain(lambda: by_cookie().post("/order/action", {"action": "pay"}))),
    ("not_an_email", 400, contact(email1="Nina <nina@example.com>")),
    ("login_characters", 400, put("account/user", {"userName": "näna"})),
    ("unknown_customer_type", 400, letter(customerType="person")),
    ("unknown_country", 400, letter(address={**LETTER["address"], "countryCode": "Germany"})),
    ("businesses_only", 400, letter(customerType="private")),
    ("invalid_vat_id", 400, letter(vatId="DE136695977")),
    ("vat_id_of_another_country", 400, letter(vatId="ATU12345675")),
    ("billing_contact_alone", 400, put(REGULAR, {**CONTACT, "vatId": "DE136695976"})),
    ("unknown_interval", 400, product(interval="week")),
    ("not_by_the_year", 400, product(interval="year")),
    ("unknown_tier", 400, product(offering="S")),
    ("invalid_promo_code", 400, product(promoCode="GONE")),
    ("two_projects", 400, for_project(displayName="OSD Yamdu Free")),
    ("client_required", 400, for_nobody),
    (
        "login_is_another_email",
        400,
        submitted_with(("PUT", "account/user", {"userName": "a@b.de"})),
    ),
    ("client_has_billing", 400, billed),
    ("unknown_project", 400, for_project(projectId=2**40)),
    ("project_closed", 400, for_project(close)),
    ("wrong_tier", 400, for_project(offering="m")),
    *CALLERS,
    ("address_not_found", 404, plain(lambda: by_cookie().get("/order/notes"))),
    ("no_open_order", 404, plain(lambda: by_cookie().get("/order"))),
    ("order_not_found", 404, plain(lambda: by_cookie().get(f"/orders/{'0' * 32}"))),
    ("not_set", 404, plain(lambda: opened(by_cookie()).get("/order/account"))),
    (
        *("contact_not_found", 404),
        plain(lambda: opened(by_cookie()).get("/order/account/contactInfo/other")),
    ),
    (
        *("product_not_found", 404),
        plain(lambda: opened(by_cookie()).get("/order/account/products/1")),
    ),
    ("service_not_found", 404, at_product("other", "GET")),
    ("left_out", 404, at_product("", "POST")),
    ("method_not_allowed", 405, plain(lambda: by_cookie().get("/orders"))),
    ("no_longer_open", 405, plain(changed_after_submit)),
    ("already_open", 409, plain(lambda: opened(by_cookie()).post("/orders"))),
    (
        *("product_already_there", 409),
        plain(lambda: filled(by_cookie()).post("/order/account/products", PRODUCT)),
    ),
    ("other_currency", 409, plain(in_dollars)),
    ("price_changed", 409, plain(lambda: submit(filled(by_cookie()), quoteHash="0" * 40))),
    ("outdated_quote", 409, plain(lambda: submit(filled(by_cookie()), quoteHash="0" * 40))),
    ("already_placed", 409, plain(lambda: submit(*submitted()))),
    ("idempotency_key_in_use", 409, while_the_first_runs),
    ("body_too_large", 413, put("account", TOO_LARGE)),
    ("unsupported_media_type", 415, put("account", {}, **{"Content-Type": "text/plain"})),
    (
        *("unsupported_charset", 415),
        put("account", {}, **{"Content-Type": "application/json; charset=latin-1"}),
    ),
    ("unsupported_content_encoding", 415, put("account", {}, **{"Content-Encoding": "gzip"})),
    ("invalid_idempotency_key", 422, with_key("x" * 256)),
    ("idempotency_key_reused", 422, plain(under_a_used_key)),
    ("server_error", 500, while_it_fails(RuntimeError("broken"))),
    ("unavailable", 503, while_it_fails(OperationalError("away"))),
]


def told(answer: Response) -> set[str]:
    """The codes of a refusal."""
    ((_kind, error),) = answer.json().items()
    return {code for codes in error["codes"].values() for code in codes}
