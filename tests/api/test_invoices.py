"""`/api/invoices`: whose they are, how they are shown, and their files."""

import re
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from shop.access.models import Application
from shop.billing.credit_notes import credit
from shop.billing.ledger import Payment
from shop.tenancy.models import Client as ClientRow
from shop.tenancy.models import User
from tests.billing.test_invoice_files import use_storage
from tests.factories import (
    BILLING,
    make_application,
    make_invoice,
    make_staff,
    make_subscription,
    make_token,
    make_user,
)
from tests.pages import Response

pytestmark = pytest.mark.django_db

LIST = "/api/invoices"


def ask(holder: Application | User, path: str = LIST, *scopes: str) -> Response:
    token = make_token(holder, *scopes)
    return Client().get(path, headers={"Authorization": f"Bearer {token}"})


def numbers(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["number"] for each in answer.json()["data"]["array"]]


def test_application_sees_the_invoices_of_orders_it_placed() -> None:
    application = make_application()
    subscription = make_subscription(application=application)
    older, newer = make_invoice(subscription), make_invoice(subscription)
    other = make_invoice()
    assert numbers(ask(application)) == [newer.number, older.number]
    assert ask(application, f"{LIST}/{older.number}").status_code == 200
    for path in ("", "/pdf", "/xml"):
        assert ask(application, f"{LIST}/{other.number}{path}").status_code == 404
        assert ask(application, f"{LIST}/2000-000001{path}").status_code == 404
    assert ask(application, f"{LIST}/a%00b").status_code == 404


def test_user_sees_the_invoices_of_their_clients() -> None:
    admin, invoice, other = make_user(), make_invoice(), make_invoice()
    ClientRow.objects.filter(pk=invoice.client_id).update(client_admin=admin)
    assert numbers(ask(admin)) == [invoice.number]
    assert ask(admin, f"{LIST}/{other.number}").status_code == 404
    assert numbers(ask(make_user())) == []


def test_token_that_an_application_has_of_a_user_shows_that_users_clients_alone() -> None:
    application, admin = make_application(), make_user()
    make_invoice(make_subscription(application=application))
    mine = make_invoice(make_subscription(application=application))
    ClientRow.objects.filter(pk=mine.client_id).update(client_admin=admin)
    value = make_token(admin)
    Token.objects.filter(user=admin).update(client=application.oauth_client)
    answer = Client().get(LIST, headers={"Authorization": f"Bearer {value}"})
    assert numbers(answer) == [mine.number]


def test_invoice_has_all_its_members() -> None:
    subscription = make_subscription()
    invoice = make_invoice(subscription)
    order = subscription.order
    assert order.application
    shown = ask(order.application, f"{LIST}/{invoice.number}").json()["data"]["invoice"]
    assert {name: shown[name] for name in shown if name != "lines"} == {
        "number": invoice.number,
        "kind": "invoice",
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "period_start": invoice.period_start.isoformat(),
        "period_end": invoice.period_end.isoformat(),
        "net": "49.00",
        "vat": "9.31",
        "gross": "58.31",
        "currency": "EUR",
        "state": "open",
        "order_hash": order.order_hash,
        "buyer": BILLING,
    }
    (line,) = shown["lines"]
    assert list(line) == ["text", "quantity", "net", "vat_rate"]
    assert (line["quantity"], line["net"], line["vat_rate"]) == (1, "49.00", "19.00")


def states(application: Application) -> dict[str, str]:
    shown = ask(application).json()["data"]["array"]
    return {each["number"]: each["state"] for each in shown}


def test_state_follows_payments_credit_notes_and_days() -> None:
    application = make_application()
    subscription = make_subscription(application=application)
    still_open, paid, credited = (make_invoice(subscription) for _ in range(3))
    Payment.objects.create(
        invoice=paid, amount_cents=paid.gross_cents, paid_on=paid.issued_on, entered_by=make_staff()
    )
    note = credit(credited, make_staff(), reason="Ordered twice")
    assert states(application) == {
        still_open.number: "open",
        paid.number: "paid",
        credited.number: "cancelled",
        note.number: "paid",
    }


def test_list_is_paged_as_that_of_orders() -> None:
    application = make_application()
    subscription = make_subscription(application=application)
    made = [make_invoice(subscription).number for _ in range(3)]
    answer = ask(application, f"{LIST}?per_page=2")
    assert numbers(answer) == [made[2], made[1]]
    assert (answer["Total"], answer["Per-Page"]) == ("3", "2")
    assert answer["Link"] == answer["Links"]
    links = {rel: target for target, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer["Link"])}
    assert links.keys() == {"first", "last", "next"}
    make_invoice(subscription)  # a newer one shifts no page
    following = ask(application, links["next"].removeprefix("http://testserver"))
    assert numbers(following) == [made[0]]
    assert "next" not in following["Link"]
    assert numbers(ask(application, f"{LIST}?page=3")) == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("state=open", {"state": ["is not a parameter of this URL."]}),
        ("per_page=101", {"per_page": ["must be an integer from 1 to 100."]}),
        ("cursor=x", {"cursor": ["is not a cursor of this list."]}),
    ],
)
def test_other_parameters_are_refused(query: str, error: dict[str, Any]) -> None:
    answer = ask(make_application(), f"{LIST}?{query}")
    assert (answer.status_code, answer.json()["error"]) == (422, error)


@pytest.mark.parametrize("path", ["", "/1", "/1/pdf", "/1/xml"])
def test_token_needs_the_scope(path: str) -> None:
    answer = ask(make_application(), f"{LIST}{path}", "orders:read", "orders:write", "webhooks")
    assert answer.status_code == 403
    assert answer["WWW-Authenticate"] == ('Bearer error="insufficient_scope", scope="billing:read"')
    assert Client().get(f"{LIST}{path}").status_code == 401


def test_files_are_those_of_the_invoice() -> None:
    invoice = make_invoice()
    application = invoice.subscription.order.application
    assert application
    pdf = ask(application, f"{LIST}/{invoice.number}/pdf")
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"] == f'attachment; filename="Rechnung-{invoice.number}.pdf"'
    assert pdf["Cache-Control"] == "private, no-cache"
    xml = ask(application, f"{LIST}/{invoice.number}/xml")
    assert (xml.status_code, xml["Content-Type"]) == (200, "application/xml")
    assert invoice.number.encode() in xml.content


def test_file_whose_storage_is_away_is_asked_for_again_later(settings: Settings) -> None:
    invoice = make_invoice()
    application = invoice.subscription.order.application
    assert application
    use_storage(settings, "tests.billing.test_invoice_files.AwayStorage")
    answer = ask(application, f"{LIST}/{invoice.number}/pdf")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_list_takes_as_many_statements_whatever_its_length(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    application = make_application()
    subscription = make_subscription(application=application)
    token = make_token(application)
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(2):
        make_invoice(subscription)
        Client().get(LIST, headers=headers)  # notes its first use
        with django_assert_num_queries(3):
            Client().get(LIST, headers=headers)
        make_invoice(make_subscription(application=application))
