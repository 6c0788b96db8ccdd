"""Invoices wait for what they need, and staff decide where nobody else can."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.billing.holds import charge_vat, keep_waiting
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.issuing import issue_all, issue_due, issue_waiting
from shop.billing.models import Subscription
from shop.billing.signals import subscription_ended, subscription_event
from shop.billing.subscriptions import end_without_invoice, never_joined, release
from shop.orders.models import Order
from shop.orders.order_billing import fill_in_billing
from shop.orders.placing import Caller
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.joining import NewMember, join_as_new
from shop.tenancy.models import Membership
from shop.tenancy.signals import vat_id_answered
from shop.tenancy.vat_id_check import VatIdCheck
from tests.billing.runs import beat, waits
from tests.factories import (
    BILLING,
    make_application,
    make_packed_order,
    make_seller,
    make_staff,
    make_subscription,
    make_user,
)
from tests.signals import heard

pytestmark = pytest.mark.django_db

VIENNA: dict[str, Any] = {**BILLING, "country": "AT", "vat_id": "ATU12345675"}
NEW = NewMember("quiet paper, exact type", "Nina", "Neu", "", "en")


@pytest.fixture(autouse=True)
def _seller() -> None:
    make_seller()


def stranger(**members: Any) -> Subscription:
    """The subscription of an order that nobody known has placed, with billing data."""
    order = make_packed_order(billing=BILLING, **members)
    return Subscription.objects.select_related("order", "client").get(order=order)


def join(subscription: Subscription) -> bool:
    invitation = subscription.order.invitation
    assert invitation
    return join_as_new(invitation, NEW)


def answer(state: str, **fields: Any) -> None:
    """VIES answers the question there is, as `ask_vies` writes it."""
    check = VatIdCheck.objects.get(state="waiting")
    VatIdCheck.objects.filter(pk=check.pk).update(
        state=state, answered_on=timezone.localdate(), **fields
    )
    vat_id_answered.send(sender=VatIdCheck, check=check)


def test_strangers_order_is_invoiced_once_its_member_has_joined() -> None:
    subscription, other = stranger(), stranger(user_email="victim@example.com")
    issue_due(beat)
    issue_waiting(beat)
    today = timezone.localdate()
    assert waits(subscription) == waits(other) == ("member", today, today)
    assert join(subscription)
    issue_due(beat)
    assert subscription.invoices.count() == 1
    assert (waits(other)[0], other.invoices.count()) == ("member", 0)


def test_strangers_contract_is_billed_on_when_its_member_has_left() -> None:
    """Joined once is enough: the client was handed over, and the member removed."""
    subscription = stranger()
    assert join(subscription)
    issue_due(beat)
    Membership.objects.filter(project=subscription.project).delete()
    subscription.refresh_from_db()
    assert subscription.next_period_on
    issue_all([subscription.pk], subscription.next_period_on, beat)
    assert waits(subscription)[0] == ""
    assert subscription.invoices.count() == 2


def test_member_who_has_joined_and_left_counts_before_the_first_invoice() -> None:
    subscription = stranger()
    BillingProfile.objects.all().delete()
    assert join(subscription)
    Membership.objects.filter(project=subscription.project).delete()
    issue_due(beat)
    assert waits(subscription)[0] == "billing"


@pytest.mark.parametrize("caller", ["application", "user"])
def test_order_of_somebody_known_is_invoiced_before_anybody_joins(caller: str) -> None:
    known = {"application": Caller(make_application()), "user": Caller(user=make_user())}
    subscription = stranger(caller=known[caller])
    issue_due(beat)
    assert subscription.invoices.count() == 1


def test_staff_release_a_strangers_order_once() -> None:
    staff, subscription = make_staff(), stranger()
    issue_due(beat)
    assert release(subscription, staff)
    assert not release(subscription, staff)
    issue_due(beat)
    assert subscription.invoices.count() == 1
    subscription.refresh_from_db()
    assert subscription.released_by == staff


def test_staff_see_whom_nobody_has_joined_for_fourteen_days() -> None:
    subscription, today = stranger(), timezone.localdate()
    issue_due(beat)
    make_subscription(waits_for="billing", waits_since=today)
    assert not never_joined(today + timedelta(days=13)).exists()
    assert list(never_joined(today + timedelta(days=14))) == [subscription]


def test_subscription_that_nobody_joins_ends_without_an_invoice() -> None:
    staff, subscription = make_staff(), stranger()
    issue_due(beat)
    with heard(subscription_ended) as ended, heard(subscription_event) as told:
        assert end_without_invoice(subscription, staff)
        assert not end_without_invoice(subscription, staff)
    assert [each["subscription"] for each in ended] == [subscription]
    assert [(each["event"].kind, each["event"].actor) for each in told] == [("ended", staff)]
    assert waits(subscription) == ("", None, None)
    assert (subscription.state, subscription.ended_by) == ("ended", staff)
    assert subscription.ends_on == timezone.localdate()
    assert not release(subscription, staff)
    assert join(subscription)
    issue_all([subscription.pk], timezone.localdate(), beat)
    assert not subscription.invoices.exists()


def test_subscription_begun_before_the_upgrade_ends_without_an_invoice() -> None:
    """It is billed from a later day than that on which it began."""
    subscription, today = stranger(), timezone.localdate()
    Subscription.objects.filter(pk=subscription.pk).update(started_on=today - timedelta(days=90))
    issue_due(beat)
    subscription.refresh_from_db()
    assert end_without_invoice(subscription, make_staff())
    assert waits(subscription) == ("", None, None)


def test_subscription_with_an_invoice_does_not_end_without_one() -> None:
    staff, subscription = make_staff(), stranger()
    release(subscription, staff)
    issue_due(beat)
    Subscription.objects.filter(pk=subscription.pk).update(waits_for="member")
    assert not end_without_invoice(subscription, staff)


def test_missing_billing_data_hold_back_until_they_are_filled_in() -> None:
    caller = Caller(make_application())
    order, other = make_packed_order(caller=caller), make_packed_order(caller=caller)
    issue_due(beat)
    assert waits(order.subscription)[0] == waits(other.subscription)[0] == "billing"
    assert fill_in_billing(order, BILLING)
    issue_due(beat)
    assert order.subscription.invoices.count() == 1
    assert waits(other.subscription)[0] == "billing"
    BillingProfile.objects.create(client_id=other.subscription.client_id, **BILLING)
    issue_due(beat)
    assert other.subscription.invoices.count() == 1


def test_confirmed_vat_id_leaves_vat_off() -> None:
    subscription = make_subscription(billing=VIENNA)
    issue_due(beat)
    assert waits(subscription)[:2] == ("vies", timezone.localdate())
    assert VatIdCheck.objects.get().vat_id == "ATU12345675"
    answer("confirmed", consultation_number="WAPI123")
    issue_due(beat)
    invoice = subscription.invoices.get()
    document = InvoiceDocument.model_validate(invoice.document)
    assert (document.totals[0].rule, invoice.vat_cents) == ("reverse_charge", 0)
    assert document.notes == ["Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge)."]
    assert document.vat_id_checked_on == timezone.localdate()
    assert document.vat_id_consultation == "WAPI123"


def test_unknown_vat_id_is_charged_the_vat_of_its_country() -> None:
    subscription = make_subscription(billing=VIENNA)
    issue_due(beat)
    answer("unknown")
    issue_due(beat)
    document = InvoiceDocument.model_validate(subscription.invoices.get().document)
    (total,) = document.totals
    assert (str(total.rule), int(total.vat_rate)) == ("destination", 20)
    assert (document.vat_id_checked_on, document.vat_id_consultation) == (None, "")


def test_vies_is_waited_for_seven_days_then_staff_decide() -> None:
    staff, subscription, today = (
        make_staff(),
        make_subscription(billing=VIENNA),
        timezone.localdate(),
    )
    assert not charge_vat(subscription, staff)
    for days, reason in ((0, "vies"), (6, "vies"), (7, "staff"), (8, "staff")):
        issue_all([subscription.pk], today + timedelta(days=days), beat)
        assert waits(subscription)[0] == reason
    assert keep_waiting(subscription)
    assert waits(subscription)[:2] == ("vies", today)
    issue_all([subscription.pk], today, beat)
    assert waits(subscription)[0] == "vies"
    assert charge_vat(subscription, staff)
    issue_due(beat)
    document = InvoiceDocument.model_validate(subscription.invoices.get().document)
    assert document.totals[0].rule == "destination"


def test_new_billing_data_undo_what_staff_decided_about_the_vat_id() -> None:
    staff, subscription = make_staff(), make_subscription(billing=VIENNA)
    issue_due(beat)
    assert charge_vat(subscription, staff)
    profile = BillingProfile.objects.get(client=subscription.client)
    profile.vat_id = "ATU62895905"
    profile.save()
    issue_due(beat)
    assert waits(subscription)[0] == "vies"
    assert subscription.vat_anyway_by is None


@pytest.mark.parametrize(
    "billing",
    [
        {**VIENNA, "country": "DE", "vat_id": "DE136695976"},
        {**VIENNA, "vat_id": ""},
        {**VIENNA, "country": "CH", "vat_id": "CHE107787577IVA"},
        {**VIENNA, "customer_type": "private"},
    ],
)
def test_vies_is_asked_only_where_it_makes_a_difference(billing: dict[str, Any]) -> None:
    subscription = make_subscription(billing=billing)
    issue_due(beat)
    assert subscription.invoices.count() == 1
    assert not VatIdCheck.objects.exists()


def test_invoice_goes_to_the_client_admin_where_no_address_is_given() -> None:
    order = make_packed_order(caller=Caller(make_application()), billing={**BILLING, "email": None})
    issue_due(beat)
    assert order.subscription.invoices.get().recipient == order.user_email
    assert Order.objects.count() == 1
