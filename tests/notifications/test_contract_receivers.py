"""Mails about the end of contracts: which are queued, and where they go."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.billing.contract_cancellation import cancel_contract, take_back
from shop.billing.contract_end import end, remind_of_ends
from shop.billing.contract_withdrawal import withdraw
from shop.billing.declarations import assign, dismiss
from shop.billing.models import Subscription
from shop.notifications.emails.models import Message
from tests.billing.runs import beat
from tests.contract_factories import make_declaration
from tests.factories import (
    BILLING,
    make_order,
    make_packed_order,
    make_staff,
    make_subscription,
    make_user,
)

pytestmark = pytest.mark.django_db
KINDS = ("cancellation", "ends_soon", "ended", "withdrawal", "proof", "receipt")


def queued() -> list[tuple[str, str, dict[str, Any]]]:
    """Kind, recipient and details of the mails that this is about, the oldest first."""
    mails = Message.objects.filter(kind__in=KINDS)
    return list(mails.order_by("pk").values_list("kind", "recipient", "details"))


def test_client_admin_is_told_of_cancellation_and_end() -> None:
    subscription = make_subscription()
    admin = subscription.client.client_admin
    assert admin.email != BILLING["email"]
    cancel_contract(subscription, by=admin)
    take_back(subscription, admin)
    yesterday = timezone.localdate() - timedelta(days=1)
    cancel_contract(subscription, by=admin, ends_on=yesterday)
    end(subscription.pk, timezone.localdate())
    events = {event.kind: event.pk for event in subscription.events.order_by("-pk")}
    first = subscription.events.first()
    assert first is not None
    assert queued() == [
        ("cancellation", admin.email, {"event": first.pk}),
        ("cancellation", admin.email, {"event": events["taken_back"]}),
        ("cancellation", admin.email, {"event": first.pk + 2}),
        ("ended", admin.email, {"event": events["ended"]}),
    ]
    assert set(Message.objects.filter(kind__in=KINDS).values_list("order", flat=True)) == {
        subscription.order_id
    }


def test_client_admin_is_written_to_in_their_own_language_once_they_have_joined() -> None:
    joined, invited = make_subscription(), make_subscription()
    admin = make_user(language="en")
    joined.client.client_admin = admin
    joined.client.save()
    assert (joined.order.language, invited.order.language) == ("de", "de")
    for subscription in (joined, invited):
        cancel_contract(subscription, by=None)
    mails = Message.objects.filter(kind="cancellation").order_by("pk")
    assert [mail.language for mail in mails] == ["en", "de"]


def test_nobody_is_written_to_at_the_address_of_an_erased_person() -> None:
    subscription = make_subscription()
    admin = subscription.client.client_admin
    admin.email = f"deleted-{admin.pk}@deleted.invalid"
    admin.save()
    cancel_contract(subscription, by=None)
    assert queued() == []


def test_end_is_told_before_it_comes() -> None:
    subscription = make_subscription()
    admin, today = subscription.client.client_admin, timezone.localdate()
    long_ago = timezone.now() - timedelta(days=90)
    for left in (14, 1):
        ends_on = today + timedelta(days=left)
        columns = {"cancelled_at": long_ago, "ends_on": ends_on}
        Subscription.objects.filter(pk=subscription.pk).update(**columns)
        remind_of_ends(beat)
        remind_of_ends(beat)
    assert queued() == [
        ("ends_soon", admin.email, {"subscription": subscription.pk, "days": days})
        for days in (14, 1)
    ]


def test_withdrawal_is_told_in_one_mail(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"
    private = {**BILLING, "customer_type": "private", "company": None, "vat_id": None}
    order = make_packed_order(billing=private)
    email = str(order.user_email)
    case = make_declaration(order, kind="withdrawal", email=email)
    Message.objects.all().delete()
    assert withdraw(order, declaration=case.declaration)
    assert queued() == [("withdrawal", email, {"declaration": case.pk})]


def test_declaration_has_a_receipt_and_its_proof_goes_to_the_address_on_file() -> None:
    subscription = make_subscription()
    admin = subscription.client.client_admin
    case = make_declaration(subscription.order, email="Typed@Example.com")
    receipt, proof = Message.objects.filter(kind__in=KINDS).order_by("pk")
    assert (receipt.kind, receipt.recipient, receipt.order) == (
        "receipt",
        "typed@example.com",
        None,
    )
    assert (receipt.language, receipt.details) == ("en", {"declaration": case.pk})
    assert (proof.kind, proof.recipient, proof.order) == ("proof", admin.email, subscription.order)
    assert (proof.language, proof.details) == ("de", {"declaration": case.pk, "counter": 1})


def test_proof_of_an_order_that_is_not_packed_goes_to_its_address() -> None:
    order = make_order(user_email="orderer@example.com")
    make_declaration(order)
    assert [recipient for _kind, recipient, _details in queued()] == [
        "nina@example.com",
        "orderer@example.com",
    ]


def test_unmatched_declaration_has_a_receipt_alone_until_staff_match_it() -> None:
    subscription, staff = make_subscription(), make_staff()
    case = make_declaration(contract="the one of May")
    assert [kind for kind, *_rest in queued()] == ["receipt"]
    assign(case, subscription.order, staff, mail_proof=True)
    assign(case, subscription.order, staff, mail_proof=True)
    assert [(kind, details.get("counter")) for kind, _to, details in queued()] == [
        ("receipt", None),
        ("proof", 2),
        ("proof", 3),
    ]


def test_receipts_to_one_address_are_limited_and_staff_see_what_was_held(
    settings: Settings,
) -> None:
    settings.DECLARATION_MAILS_A_DAY = 2
    cases = [make_declaration(email=email) for email in ("a@example.com", "A@EXAMPLE.COM") * 2]
    held = [case.receipt_held_at is not None for case in cases]
    assert held == [False, False, True, True]
    other = make_declaration(email="b@example.com")
    assert other.receipt_held_at is None
    yesterday = timezone.now() - timedelta(days=1, minutes=1)
    Message.objects.filter(kind="receipt").update(created_at=yesterday)
    assert make_declaration(email="a@example.com").receipt_held_at is None


def test_strangers_cannot_fill_the_mailbox_on_file(settings: Settings) -> None:
    settings.DECLARATION_MAILS_A_DAY = 2
    subscription = make_subscription()
    cases = [
        make_declaration(subscription.order, email=f"stranger{n}@example.com") for n in range(3)
    ]
    assert [case.state for case in cases] == ["proof", "proof", "staff"]
    assert Message.objects.filter(kind="proof").count() == 2
    dismiss(cases[0], make_staff(), "A stranger.")
    assert make_declaration(subscription.order).state == "staff"


def test_mail_limit_of_orders_is_not_touched() -> None:
    """Ten receipts, and the mails about an order to the same address still go out."""
    for _n in range(10):
        make_declaration(email="both@example.com")
    make_order(user_email="both@example.com")
    mails = Message.objects.filter(recipient="both@example.com")
    assert mails.filter(kind="receipt").count() == 10
    assert mails.filter(kind="received", state="waiting").count() == 1
