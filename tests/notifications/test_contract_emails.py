"""Mails about a contract: its plan changes, it is cancelled, ends soon, has ended."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from shop.billing.contract_cancellation import cancel_contract, take_back
from shop.billing.models import Subscription
from shop.billing.tier_changes import refuse_change, undo_change
from shop.notifications.emails.kinds import email_for, render
from shop.notifications.emails.models import Message
from tests.contract_factories import make_running_contract, make_tier_change
from tests.factories import make_staff
from tests.notifications.contract_messages import make_contract_message

pytestmark = pytest.mark.django_db


def newest(kind: str = "tier_change") -> tuple[str, str]:
    """Subject and text of the newest mail of a kind."""
    mail = render(Message.objects.filter(kind=kind).latest("pk"))
    return mail.subject, mail.text


def day(value: object, language: str = "en") -> str:
    with override(language):
        return date_format(value, "DATE_FORMAT")  # type: ignore[arg-type]


def test_change_at_once_names_plans_price_and_the_invoice_by_days() -> None:
    subscription = make_running_contract()
    change = make_tier_change(subscription)
    subscription.refresh_from_db()
    subject, text = newest()
    assert subject == "Your plan has been changed"
    assert change.invoice
    for row in (
        "Previous plan: S",
        "New plan: M",
        f"Effective from: {day(timezone.localdate())}",
        "Price: €99.00 a month, net",
        f"Invoice for these days: {change.invoice.number}: €",
        f"Next regular invoice: {day(subscription.next_period_on)}",
    ):
        assert row in text
    assert f"/portal/subscriptions/{subscription.pk}/" in text


def test_planned_change_says_from_when_and_that_it_can_be_undone() -> None:
    subscription = make_running_contract()
    change = make_tier_change(subscription, "Yamdu FREE")
    subject, text = newest()
    assert subject == f"Your plan changes on {day(change.from_on)}"
    assert "Current plan: S\nNew plan: Yamdu FREE\n" in text
    assert "Price: free of charge" in text
    assert "Until then you can undo the change in the portal." in text
    assert undo_change(change, subscription.client.client_admin)
    subject, text = newest()
    assert subject == "Your plan stays as it is"
    assert "Requested plan: Yamdu FREE" in text


def test_change_that_waits_is_confirmed_and_a_refusal_gives_its_reason() -> None:
    change = make_tier_change(make_running_contract(), "xl")
    subject, text = newest()
    assert subject == "We are reviewing your change of plan"
    assert "get back to you by the next working day" in text
    assert "Effective from" not in text
    assert refuse_change(change, make_staff(), "Please pay the open invoices first.")
    subject, text = newest()
    assert subject == "We could not change your plan"
    assert "Reason: Please pay the open invoices first." in text


def test_cancellation_is_confirmed_with_its_end_and_what_happens_then() -> None:
    subscription = make_running_contract()
    cancel_contract(subscription, by=subscription.client.client_admin)
    subscription.refresh_from_db()
    assert subscription.ends_on
    subject, text = newest("cancellation")
    assert subject == f"Your contract ends on {day(subscription.ends_on)}"
    assert f"Last day of the contract: {day(subscription.ends_on)}" in text
    assert f"Cancelled on: {day(timezone.localdate())}, " in text
    assert f"Order number: {subscription.order.order_number}" in text
    export = day(subscription.ends_on + timedelta(days=30))
    assert f"You can still download its data until {export}; then it is deleted." in text


def test_undone_cancellation_is_confirmed() -> None:
    subscription = make_running_contract()
    admin = subscription.client.client_admin
    cancel_contract(subscription, by=admin)
    assert newest("cancellation")[0] != "Your contract continues"
    take_back(subscription, admin)
    subject, text = newest("cancellation")
    assert subject == "Your contract continues"
    assert "Your contract continues as it was until you cancel it." in text
    assert "Last day" not in text


def test_reminder_of_the_end_loses_its_point_once_the_contract_goes_on() -> None:
    make_contract_message("ends_soon", "en", "Winterlicht")
    message = Message.objects.get(kind="ends_soon")
    subscription = Subscription.objects.get()
    assert newest("ends_soon")[0] == f"Your contract ends on {day(subscription.ends_on)}"
    assert not email_for(message).is_obsolete()
    take_back(subscription, subscription.client.client_admin)
    assert email_for(message).is_obsolete()


def test_end_says_until_when_data_can_be_downloaded() -> None:
    make_contract_message("ended", "de", "Winterlicht")
    subscription = Subscription.objects.get()
    assert subscription.ends_on
    subject, text = newest("ended")
    assert subject == "Ihr Vertrag ist beendet"
    export = day(subscription.ends_on + timedelta(days=30), "de")
    assert f"Sie können seine Daten bis zum {export} herunterladen" in text
    assert "Projekt: Winterlicht" in text


def test_mails_go_to_the_client_admin_of_now_when_sent_again() -> None:
    subscription = make_running_contract()
    make_tier_change(subscription)
    message = Message.objects.get(kind="tier_change")
    admin = subscription.client.client_admin
    assert message.recipient == admin.email
    admin.email = "another@example.com"
    admin.save()
    assert email_for(message).recipient() == "another@example.com"
