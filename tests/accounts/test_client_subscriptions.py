"""The page of a contract: what it says to the client_admin, and what to everybody else."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.contract_end import end_due
from shop.billing.models import Subscription
from shop.billing.periods import add_months
from shop.billing.price_changes import raise_price
from shop.billing.tier_changes import refuse_change
from shop.tenancy.closing import close_client
from shop.tenancy.models import Membership, Project
from tests.contract_factories import make_running_contract, make_tier_change
from tests.factories import make_client, make_membership, make_staff
from tests.pages import Response, html, part, visitor, words

pytestmark = pytest.mark.django_db


def page_of(subscription: Subscription, language: str = "en") -> Response:
    browser = visitor(subscription.client.client_admin, language)
    return browser.get(f"/portal/subscriptions/{subscription.pk}/")


def facts(page: Response) -> str:
    return part(page, '<h2 id="plan">', "</section>")


def history(page: Response) -> list[str]:
    """The entries as they are read, each with its day."""
    source = html(page).partition('<ol class="timeline"')[2].partition("</ol>")[0]
    return [" ".join(words_of(entry).split()) for entry in source.split("<li>")[1:]]


def words_of(source: str) -> str:
    answer = Response(source)
    return words(answer)


def day(value: date | None) -> str:
    assert value
    return date_format(value, "j F Y")


def test_client_admin_reads_plan_price_and_next_invoice() -> None:
    subscription, bystander = make_running_contract(), make_running_contract(list_cents=123_400)
    page = page_of(subscription)
    said = facts(page)
    assert "Plan S Members 1 of 8 Price €49.00 a month, net" in said
    assert f"Next invoice {day(subscription.next_period_on)} Amount €58.31, €49.00 net" in said
    assert f"Contract since {day(subscription.started_on)} Contract ends when you cancel it" in said
    assert f"Order number {subscription.order.order_number}" in said
    assert "Storage: 100 GB" in said
    (invoice,) = subscription.invoices.all()
    (other,) = bystander.invoices.all()
    assert f"invoices/{invoice.number}/pdf" in html(page)
    assert other.number not in html(page)
    assert "1,234.00" not in html(page)


def test_discount_says_until_when_it_counts_and_what_is_paid_then() -> None:
    began = timezone.localdate() - timedelta(days=10)
    ends = add_months(began, 3)
    subscription = make_running_contract(discount_cents=900, discount_ends_on=ends)
    said = facts(page_of(subscription))
    assert f"Discount €9.00 off until {day(ends - timedelta(days=1))}, then €49.00" in said
    assert "Amount €47.60, €40.00 net" in said


def test_next_invoice_has_the_price_that_was_announced_for_it() -> None:
    subscription = make_running_contract()
    raised = raise_price(subscription, 5900, make_staff())
    assert "Amount €58.31, €49.00 net" in facts(page_of(subscription))
    Subscription.objects.filter(pk=subscription.pk).update(next_period_on=raised.from_on)
    said = facts(page_of(subscription))
    assert f"Price from {day(raised.from_on)} €59.00" in said
    assert f"Next invoice {day(raised.from_on)} Amount €70.21, €59.00 net" in said


def test_next_invoice_has_the_price_of_the_plan_that_is_planned() -> None:
    subscription = make_running_contract()
    change = make_tier_change(subscription, "Starter")
    said = facts(page_of(subscription))
    assert "Price €49.00 a month, net" in said
    assert f"Next invoice {day(change.from_on)} Amount €34.51, €29.00 net" in said


def test_planned_change_is_told_with_its_day_and_can_be_undone() -> None:
    subscription = make_running_contract()
    assert "Undo this change" not in words(page_of(subscription))
    change = make_tier_change(subscription, "Yamdu FREE")
    said = words(page_of(subscription))
    assert f"Your plan changes to Yamdu FREE on {day(change.from_on)}." in said
    assert "From then on it is free of charge." in said
    assert "Next invoice none" in said
    assert "Undo this change" in said
    assert "Change plan" not in said


def test_change_that_waits_for_approval_says_who_does_what_until_when() -> None:
    subscription = make_running_contract()
    make_tier_change(subscription, "xl")
    said = words(page_of(subscription))
    assert (
        "You asked to change to XL. We'll check it and get back to you by the next working day."
        in said
    )


def test_cancelled_contract_says_its_end_and_can_be_taken_back() -> None:
    subscription = make_running_contract()
    assert "Cancel contract" in part(page_of(subscription), "<main ", "</main>")
    cancel_contract(subscription, by=subscription.client.client_admin)
    subscription.refresh_from_db()
    said = part(page_of(subscription), "<main ", "</main>")  # the footer offers it to anybody
    assert f"This contract is cancelled. It ends on {day(subscription.ends_on)}." in said
    assert "Undo cancellation" in said
    assert "Next invoice none" in said
    assert "Cancel contract" not in said
    assert "Change plan" not in said


def test_ended_contract_offers_neither_change_nor_cancellation() -> None:
    subscription = make_running_contract()
    admin, today = subscription.client.client_admin, timezone.localdate()
    cancel_contract(subscription, by=admin)
    Subscription.objects.filter(pk=subscription.pk).update(ends_on=today - timedelta(days=1))
    end_due(lambda: None)
    Project.objects.filter(pk=subscription.project_id).update(
        closed_at=timezone.now(), export_until=today + timedelta(days=29)
    )
    said = part(page_of(subscription), "<main ", "</main>")
    assert f"This contract ended on {day(today - timedelta(days=1))}." in said
    assert f"You can download its data until {day(today + timedelta(days=29))}" in said
    for gone in ("Undo cancellation", "Cancel contract", "Change plan", "Next invoice"):
        assert gone not in said


def test_history_has_each_event_with_its_day_and_who_did_it() -> None:
    subscription = make_running_contract()
    admin = subscription.client.client_admin
    make_tier_change(subscription, "m")
    raise_price(Subscription.objects.get(pk=subscription.pk), 12_000, make_staff())
    cancel_contract(subscription, by=admin)
    subscription.refresh_from_db()
    today = day(timezone.localdate())
    price = subscription.price_changes.get()
    raised = f"{today} We announced a higher net price from {day(price.from_on)}: "
    raised += "€120.00 instead of €99.00. by us"
    assert history(page_of(subscription)) == [
        f"{today} The contract was cancelled to end on {day(subscription.ends_on)}. by Mia Muster",
        raised,
        f"{today} Changed from S to M. by Mia Muster",
        f"{day(subscription.started_on)} The contract began, with the plan S.",
    ]


def test_history_gives_the_reason_of_a_refusal_but_none_that_is_for_colleagues() -> None:
    subscription, staff = make_running_contract(), make_staff()
    change = make_tier_change(subscription, "xl")
    assert refuse_change(change, staff, "Please pay first.")
    make_tier_change(subscription, "m", by=staff, by_staff=True, reason="Ask Jo about them.")
    cancel_contract(subscription, by=staff, reason="Never pays.")
    page = page_of(subscription)
    assert "Please pay first." in words(page)
    for reason in ("Ask Jo about them.", "Never pays."):
        assert reason not in html(page)


def test_history_is_read_in_german() -> None:
    subscription = make_running_contract()
    make_tier_change(subscription, "Starter")
    page = page_of(subscription, "de")
    assert "Der Vertrag hat begonnen, mit dem Tarif S." in words(page)
    assert "Wechsel von S zu Starter" in words(page)


def test_members_read_the_plan_and_who_decides_about_it_and_no_price() -> None:
    subscription = make_running_contract()
    project = subscription.project
    assert "€49.00" in html(page_of(subscription))
    for role in (Membership.Role.MEMBER, Membership.Role.ADMIN):
        user = make_membership(project=project, role=role).user
        page = visitor(user).get(f"/portal/subscriptions/{subscription.pk}/")
        assert "Plan S Members" in words(page)
        assert "changes: Mia Muster." in words(page)
        assert "€" not in html(page)
        assert subscription.invoices.get().number not in html(page)


def test_others_do_not_learn_that_a_contract_exists() -> None:
    subscription = make_running_contract()
    path = f"/portal/subscriptions/{subscription.pk}/"
    member = make_membership(project=subscription.project).user
    assert visitor(member).get(path).status_code == 200
    invited = make_membership(project=subscription.project, joined_at=None).user
    for user in (invited, make_client().client_admin, make_membership().user):
        assert visitor(user).get(path).status_code == 404
    close_client(subscription.client)
    assert visitor(member).get(path).status_code == 404
    assert visitor(subscription.client.client_admin).get(path).status_code == 200


@pytest.mark.parametrize("page", ["plan/", "plan/confirm/?product=m&interval=month", "cancel/"])
def test_members_cannot_act_on_a_contract(page: str) -> None:
    subscription = make_running_contract()
    member = make_membership(project=subscription.project, role="admin").user
    path = f"/portal/subscriptions/{subscription.pk}/{page}"
    assert visitor(subscription.client.client_admin).get(path).status_code == 200
    assert visitor(member).get(path).status_code == 404
    assert visitor(member).post(path).status_code == 404


@pytest.mark.parametrize("page", ["", "clients/{client}/", "clients/{client}/billing/"])
def test_contract_is_one_click_from_home_client_and_billing(page: str) -> None:
    subscription = make_running_contract()
    admin = subscription.client.client_admin
    Membership.objects.filter(project=subscription.project_id).update(
        user=admin, joined_at=timezone.now()
    )
    found = visitor(admin).get("/portal/" + page.format(client=subscription.client_id))
    assert f'href="/portal/subscriptions/{subscription.pk}/"' in html(found)
