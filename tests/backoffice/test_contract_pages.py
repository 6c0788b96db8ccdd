"""The life of a subscription in the back office: change, cancel, withdraw, end, steps that failed."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.audit_log import Act
from shop.billing.contract_cancellation import end_if_cancelled
from shop.billing.models import Subscription
from shop.packing.models import ContractRun
from shop.tenancy.client_names import rename_client
from tests.contract_factories import make_run
from tests.factories import (
    BILLING,
    make_client,
    make_invoice,
    make_seller,
    make_staff,
    make_subscription,
)
from tests.pages import error_beside, fields, html, shown, visitor, words

pytestmark = pytest.mark.django_db

SURE = {"confirm": "on", "reason": "Am Telefon vereinbart."}
MANUAL = "xl"


def clerk() -> Client:
    return visitor(make_staff("billing"))


def page_of(subscription: Subscription) -> str:
    return f"/staff/subscriptions/{subscription.pk}/"


def invoiced() -> Subscription:
    """A subscription to tier S whose current period is invoiced."""
    make_seller()
    subscription = make_subscription()
    make_invoice(subscription)
    return Subscription.objects.select_related("client", "order").get(pk=subscription.pk)


def logged(subscription: Subscription, what: Act) -> int:
    of_it = LogEntry.objects.filter(object_id=str(subscription.pk))
    return of_it.filter(change_message__contains=f'"{what}"').count()


def test_subscription_is_cancelled_and_taken_back() -> None:
    subscription, bystander, browser = invoiced(), make_subscription(), clerk()
    path, end = page_of(subscription), end_if_cancelled(subscription)
    assert f"the last day is {shown(end)}" in words(browser.get(f"{path}cancel/"))
    page = browser.post(f"{path}cancel/", {"wished": "", **SURE}, follow=True)
    assert f"it ends on {shown(end)}" in words(page)
    assert SURE["reason"] in words(page)
    subscription.refresh_from_db()
    bystander.refresh_from_db()
    assert (subscription.ends_on, subscription.state, bystander.state) == (
        end,
        "cancelled",
        "active",
    )
    assert "not possible at the moment" in words(browser.post(f"{path}cancel/", SURE, follow=True))
    assert "continues as if" in words(browser.get(f"{path}take-back/"))
    assert "The subscription continues." in words(browser.post(f"{path}take-back/", follow=True))
    subscription.refresh_from_db()
    assert (subscription.ends_on, subscription.state) == (None, "active")
    assert [logged(subscription, act) for act in (Act.CANCELLED, Act.TAKEN_BACK)] == [1, 1]


def test_cancellation_keeps_to_the_wished_period_and_refuses_a_past_day() -> None:
    subscription, browser = invoiced(), clerk()
    path, today = f"{page_of(subscription)}cancel/", timezone.localdate()
    past = browser.post(path, {"wished": str(today - timedelta(days=1)), **SURE})
    assert "is in the past" in error_beside(past, "wished")
    wished = today + timedelta(days=100)
    browser.post(path, {"wished": str(wished), **SURE})
    subscription.refresh_from_db()
    assert subscription.ends_on == end_if_cancelled(subscription, wished=wished) >= wished


def private_subscription(settings: Settings) -> Subscription:
    settings.CUSTOMERS = "everyone"
    make_seller()
    private = {**BILLING, "customer_type": "private", "company": "", "vat_id": ""}
    return make_subscription(billing=private)


def test_withdrawal_credits_what_its_page_showed(settings: Settings) -> None:
    subscription, browser = private_subscription(settings), clerk()
    invoice = make_invoice(subscription)
    path = f"{page_of(subscription)}withdraw/"
    page = browser.get(path)
    assert f"Credited: €{invoice.gross_cents / 100:.2f}, of which €0.00" in words(page)
    old = {"seen_cents": "1", "confirm": "on"}
    assert "Somebody else was faster" in words(browser.post(path, old, follow=True))
    subscription.refresh_from_db()
    assert subscription.withdrawn_at is None
    sure = {"seen_cents": fields(page)["seen_cents"], "confirm": "on"}
    assert "is carried out" in words(browser.post(path, sure, follow=True))
    subscription.refresh_from_db()
    assert (subscription.state, subscription.withdrawn_at is not None) == ("ended", True)
    assert logged(subscription, Act.CONTRACT_WITHDRAWN) == 1
    assert "not possible at the moment" in words(browser.post(path, sure, follow=True))


def test_company_is_not_offered_to_withdraw(settings: Settings) -> None:
    private = private_subscription(settings)
    company, browser = make_subscription(), clerk()
    for subscription, offered in ((private, True), (company, False)):
        path = page_of(subscription)
        assert (f"{path}withdraw/" in html(browser.get(path))) is offered
    assert "not possible at the moment" in words(
        browser.get(f"{page_of(company)}withdraw/", follow=True)
    )


def test_subscription_ends_today_with_a_reason() -> None:
    subscription, browser = invoiced(), clerk()
    path = f"{page_of(subscription)}end-now/"
    assert browser.post(path, {"reason": "", "confirm": "on"}).status_code == 422
    page = browser.post(path, SURE, follow=True)
    assert SURE["reason"] in words(page)
    subscription.refresh_from_db()
    assert subscription.ends_on == timezone.localdate()
    assert logged(subscription, Act.CONTRACT_ENDED) == 1


def test_subscriptions_are_filtered_by_their_end_and_by_stuck_steps() -> None:
    soon, late, plain = make_subscription(), make_subscription(), make_subscription()
    day = timezone.localdate() + timedelta(days=7)
    Subscription.objects.filter(pk=soon.pk).update(ends_on=day)
    Subscription.objects.filter(pk=late.pk).update(ends_on=day + timedelta(days=1))
    make_run(plain, state=ContractRun.State.NEED_HUMAN)
    make_run(late)
    browser = visitor(make_staff("viewer"))

    def listed(query: str) -> list[int]:
        page = browser.get(f"/staff/subscriptions/?{query}")
        return [each.pk for each in page.context["subscriptions"]]

    assert listed(f"until={day}") == [soon.pk]
    assert listed("needs=stuck") == [plain.pk]
    assert listed("needs=nothing&until=2026-02-31") == [plain.pk, late.pk, soon.pk]


def test_stuck_steps_are_tried_again_by_those_who_mend_orders() -> None:
    run = make_run(state=ContractRun.State.NEED_HUMAN, last_error="The disk is full.", attempts=9)
    path = page_of(run.subscription)
    viewer, agent = visitor(make_staff("viewer")), visitor(make_staff("agent"))
    assert "The disk is full." in words(viewer.get(path))
    assert "/retry/" not in html(viewer.get(path))
    assert f"{path}runs/{run.pk}/retry/" in html(agent.get(path))
    page = agent.post(f"{path}runs/{run.pk}/retry/", follow=True)
    assert "The steps are tried again." in words(page)
    assert "steps tried again" in words(page)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (ContractRun.State.WAITING, 0)


def test_step_done_by_hand_is_skipped_once() -> None:
    run = make_run(state=ContractRun.State.NEED_HUMAN, last_step="close_project")
    browser = visitor(make_staff("agent"))
    path = f"{page_of(run.subscription)}runs/{run.pk}/skip/"
    assert "never run for this subscription" in words(browser.get(path))
    assert not run.steps.exists()
    sure = {"step": "close_project", "confirm": "on"}
    assert "The step is skipped." in words(browser.post(path, sure, follow=True))
    assert [step.name for step in run.steps.all()] == ["close_project"]
    assert "not possible at the moment" in words(browser.post(path, sure, follow=True))


def test_time_to_download_is_waived_once() -> None:
    subscription, browser = make_subscription(ended_at=timezone.now()), clerk()
    path = f"{page_of(subscription)}waive-export/"
    assert "not possible at the moment" in words(browser.get(path, follow=True))
    project, until = subscription.project, timezone.localdate() + timedelta(days=20)
    project.closed_at, project.export_until = timezone.now(), until
    project.save()
    assert f"until {shown(until)}" in words(browser.get(page_of(subscription)))
    page = browser.post(path, {"confirm": "on"}, follow=True)
    assert "time to download data waived" in words(page)
    project.refresh_from_db()
    assert project.export_until == timezone.localdate() - timedelta(days=1)


def test_history_tells_how_the_client_was_renamed() -> None:
    subscription = make_subscription(make_client(name="Isarfilm"))
    rename_client(subscription.client, "Isarfilm KG", subscription.client.client_admin)
    page = visitor(make_staff("viewer")).get(page_of(subscription))
    assert "Isarfilm → Isarfilm KG" in words(page)


def test_agent_who_handles_no_money_is_offered_no_decision() -> None:
    subscription = make_subscription(make_client())
    page = html(visitor(make_staff("agent")).get(page_of(subscription)))
    for path in ("tier/", "cancel/", "end-now/"):
        assert f"{page_of(subscription)}{path}" not in page
        assert f"{page_of(subscription)}{path}" in html(clerk().get(page_of(subscription)))
