"""The pages about a client's billing in every state; see `scenes.py`."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils import timezone

from shop.billing.bank_statements import import_statement
from shop.billing.contract_cancellation import cancel_contract
from shop.billing.contract_end import end_due
from shop.billing.credit_notes import credit
from shop.billing.issuing import issue_all
from shop.billing.ledger import BankEntry
from shop.billing.models import Subscription
from shop.billing.overdue_cases import open_case
from shop.billing.payments import enter_payment
from shop.billing.periods import add_months
from shop.catalogue.models import Product
from shop.tenancy.models import Client, Project
from tests.billing.statements import camt
from tests.contract_factories import make_tier_change
from tests.factories import (
    PASSWORD,
    make_client,
    make_invoice,
    make_membership,
    make_seller,
    make_staff,
    make_subscription,
    make_user,
)
from tests.scene import SEND, Scene, fill, in_turn, press


def client_billing() -> Iterator[Scene]:
    """A client's billing data, costs and invoices."""
    admin = make_user()
    client, new = make_client(client_admin=admin), make_client(client_admin=admin)
    subscription = make_subscription(client, discount_cents=900)
    overdue = make_invoice(subscription, due_on=timezone.localdate() - timedelta(days=3))
    make_invoice(subscription)
    paid = make_invoice(subscription)
    enter_payment(
        paid, make_staff(), amount_cents=paid.gross_cents, currency="EUR",
        paid_on=timezone.localdate(),
    )  # fmt: skip
    credit(overdue, make_staff(), reason="Doppelt bestellt.")
    yield Scene("home-invoices", f"/portal/clients/{client.pk}/invoices/", admin)
    yield Scene("home-invoices-none", f"/portal/clients/{new.pk}/invoices/", admin)
    yield Scene("home-billing", f"/portal/clients/{client.pk}/billing/", admin)
    page = f"/portal/clients/{new.pk}/billing/"
    yield Scene("home-billing-new", page, admin)
    refused = in_turn(press(SEND), fill(password=PASSWORD))
    yield Scene("home-billing-errors", page, admin, act=refused)


def contracts() -> Iterator[Scene]:
    """A client's contracts: running, changed, cancelled and ended; changing and cancelling one."""
    make_seller()
    Product.objects.filter(code="m").update(yearly_net_cents=199_000)
    admin, today = make_user(first_name="Nina", last_name="Nebenan"), timezone.localdate()
    client = make_client(client_admin=admin, name="Isarfilm Produktion GmbH")
    began = add_months(today - timedelta(days=10), -2)
    subscription, planned, asked, cancelled, ended = (
        _contract(client, name, began)
        for name in (
            "Drei Tage im Mai", "Der lange Abschied", "Winterlicht", "Nordkap", "Am Kanal",
        )
    )  # fmt: skip
    member = make_membership(project=subscription.project).user
    for _ in range(4):
        make_membership(project=subscription.project)
    page = f"/portal/subscriptions/{subscription.pk}/"
    yield Scene("contract", page, admin)
    yield Scene("contract-member", page, member)
    yield Scene("contract-plans", f"{page}plan/", admin)
    yield Scene("contract-plans-year", f"{page}plan/?interval=year", admin)
    yield Scene("contract-plans-errors", f"{page}plan/", admin, act=press(SEND))
    yield Scene("contract-up", f"{page}plan/confirm/?product=m&interval=month", admin)
    yield Scene("contract-year", f"{page}plan/confirm/?product=m&interval=year", admin)
    yield Scene("contract-approval", f"{page}plan/confirm/?product=xl&interval=month", admin)
    yield Scene("contract-refused", f"{page}plan/confirm/?product=starter&interval=month", admin)
    yield Scene("contract-cancel", f"{page}cancel/", admin)
    past = f"{page}cancel/?wished=2020-01-01"
    yield Scene("contract-cancel-errors", past, admin, status=422)
    of_planned = f"/portal/subscriptions/{planned.pk}/"
    yield Scene(
        "contract-down", f"{of_planned}plan/confirm/?product=Yamdu+FREE&interval=month", admin
    )
    make_tier_change(planned, "Yamdu FREE")
    yield Scene("contract-planned", of_planned, admin)
    make_tier_change(asked, "xl")
    yield Scene("contract-asked", f"/portal/subscriptions/{asked.pk}/", admin)
    cancel_contract(cancelled, by=admin)
    yield Scene("contract-cancelled", f"/portal/subscriptions/{cancelled.pk}/", admin)
    make_tier_change(ended, "m")
    cancel_contract(ended, by=admin)
    Subscription.objects.filter(pk=ended.pk).update(ends_on=today - timedelta(days=1))
    end_due(lambda: None)
    yield Scene("contract-ended", f"/portal/subscriptions/{ended.pk}/", admin)


def _contract(client: Client, name: str, began: date) -> Subscription:
    """A contract for a project of this name, invoiced up to now."""
    subscription = make_subscription(
        client, started_on=began, anchor_on=began, next_period_on=began
    )
    Project.objects.filter(pk=subscription.project_id).update(name=name)
    issue_all([subscription.pk], timezone.localdate(), lambda: None)
    subscription.refresh_from_db()
    return subscription


def staff_billing() -> Iterator[Scene]:
    """Every page of the back office about billing."""
    make_seller()
    person, today = make_staff(), timezone.localdate()
    yield Scene("staff-billing-empty", "/staff/billing/", person)
    yield Scene("staff-invoices-empty", "/staff/invoices/", person)
    long_name = "Gesellschaft für außergewöhnlich lange Filmproduktionsnamen mbH & Co. KG"
    subscription = make_subscription(make_client(name=long_name), discount_cents=900)
    overdue = make_invoice(subscription, due_on=today - timedelta(days=40))
    opened, paid = make_invoice(subscription), make_invoice(subscription)
    enter_payment(paid, person, amount_cents=paid.gross_cents + 700, currency="EUR", paid_on=today)
    enter_payment(opened, person, amount_cents=1000, currency="EUR", paid_on=today)
    note = credit(
        opened, person, reason="Die Kamera stand einen halben Monat still.", net_cents=500
    )
    waiting = make_subscription(waits_for="member", waits_since=today - timedelta(days=20))
    undecided = make_subscription(waits_for="staff", waits_since=today)
    open_case(overdue.client, today)
    import_statement(camt("ohne Nummer", "119.00"), "november.xml", person)
    entry = BankEntry.objects.get()
    yield Scene("staff-billing", "/staff/billing/", person)
    yield Scene("staff-invoices", "/staff/invoices/", person)
    yield Scene("staff-invoices-nothing", "/staff/invoices/?q=nothing&state=paid", person)
    page = f"/staff/invoices/{opened.number}/"
    yield Scene("staff-invoice", page, person)
    yield Scene("staff-invoice-viewer", page, make_staff("viewer"))
    yield Scene("staff-invoice-paid", f"/staff/invoices/{paid.number}/", person)
    yield Scene("staff-credit-note", f"/staff/invoices/{note.number}/", person)
    yield Scene("staff-credit", f"{page}credit/", person)
    yield Scene("staff-credit-errors", f"{page}credit/", person, act=press(SEND))
    yield Scene("staff-subscriptions", "/staff/subscriptions/", person)
    yield Scene("staff-subscription", f"/staff/subscriptions/{subscription.pk}/", person)
    yield Scene("staff-subscription-waits", f"/staff/subscriptions/{waiting.pk}/", person)
    yield Scene("staff-subscription-vies", f"/staff/subscriptions/{undecided.pk}/", person)
    yield Scene("staff-raise", f"/staff/subscriptions/{subscription.pk}/raise/", person)
    yield Scene("staff-bank", "/staff/payments/", person)
    yield Scene("staff-bank-upload", "/staff/payments/import/", person)
    yield Scene("staff-bank-entry", f"/staff/payments/entries/{entry.pk}/?q=2026", person)
    yield Scene("staff-reminders", "/staff/reminders/", person)
    yield Scene("staff-reminder-text", "/staff/reminders/texts/1/", person)
    yield Scene("staff-seller", "/staff/seller/", person)
    yield Scene("staff-seller-change", "/staff/seller/change/", person)
