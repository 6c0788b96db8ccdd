"""Declarations in the back office: the queue, and what staff decide about each."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from portal.backoffice import row_pages
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.declarations import assign, dismiss
from shop.billing.models import Subscription
from shop.notifications.emails.models import Message
from tests.contract_factories import make_declaration
from tests.factories import BILLING, make_invoice, make_seller, make_staff, make_subscription
from tests.pages import assert_escaped, html, shown, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/staff/declarations/"
SURE = {"confirm": "on", "note": "Am Telefon geklärt."}


def agent() -> Client:
    return visitor(make_staff("agent"))


def page_of(case: DeclarationCase) -> str:
    return f"{LIST}{case.pk}/"


def listed(browser: Client, query: str) -> list[int]:
    return [each.pk for each in browser.get(f"{LIST}?{query}").context["cases"]]


def logged(case: DeclarationCase) -> int:
    return LogEntry.objects.filter(object_id=str(case.pk)).count()


def test_list_shows_what_needs_a_decision_the_oldest_first() -> None:
    order = make_subscription().order
    first, second = make_declaration(), make_declaration(kind="withdrawal")
    proof = make_declaration(order)
    for_cause = make_declaration(order, for_cause=True, reason="Drei Tage Ausfall.")
    dismissed = make_declaration()
    dismiss(dismissed, make_staff(), "Doppelt.")
    browser = visitor(make_staff("viewer"))
    assert proof.state == for_cause.state == DeclarationCase.State.PROOF
    assert listed(browser, "") == [first.pk, second.pk, for_cause.pk]
    assert listed(browser, "kind=withdrawal") == [second.pk]
    assert listed(browser, "state=proof") == [proof.pk, for_cause.pk]
    assert listed(browser, "state=dismissed") == [dismissed.pk]
    assert listed(browser, "state=all") == [
        dismissed.pk, for_cause.pk, proof.pk, second.pk, first.pk
    ]  # fmt: skip
    assert listed(browser, f"state=all&q={order.order_number}") == [for_cause.pk, proof.pk]


def test_receipts_held_back_are_found() -> None:
    held, _other = make_declaration(), make_declaration()
    DeclarationCase.objects.filter(pk=held.pk).update(receipt_held_at=timezone.now())
    browser = visitor(make_staff("viewer"))
    assert listed(browser, "receipt=held") == [held.pk]
    assert "The receipt was not mailed" in words(browser.get(page_of(held)))


def test_pages_neither_skip_nor_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_pages, "A_PAGE", 2)
    made = [make_declaration().pk for _each in range(5)]
    browser = visitor(make_staff("viewer"))
    pages = [browser.get(LIST)]
    while pages[-1].context["older"]:
        pages.append(browser.get(f"{LIST}?{pages[-1].context['older']}"))
    assert [case.pk for page in pages for case in page.context["cases"]] == made
    back = browser.get(f"{LIST}?{pages[-1].context['newer']}")
    assert [case.pk for case in back.context["cases"]] == made[2:4]
    first = browser.get(f"{LIST}?{back.context['newer']}")
    assert [case.pk for case in first.context["cases"]] == made[:2]
    assert first.context["newer"] == ""


def test_statements_do_not_grow_with_the_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    order = make_subscription().order
    browser = visitor(make_staff("viewer"))

    def make() -> None:
        make_declaration(order, for_cause=True, reason="Ausfall")
        make_declaration()

    make()
    browser.get(LIST)  # reads what is kept, such as the content types
    with django_assert_num_queries(5):
        browser.get(LIST)
    for _each in range(4):
        make()
    with django_assert_num_queries(5):
        assert len(browser.get(LIST).context["cases"]) == 10


def test_page_shows_the_declaration_as_received_and_candidates_beside_it() -> None:
    likely = make_subscription()
    likely.client.name = "Isarfilm <b>GmbH</b>"
    likely.client.save()
    bystander = make_subscription()
    case = make_declaration(contract=str(likely.order.user_email), name="<i>Nina</i>")
    page = agent().get(page_of(case))
    assert_escaped(page, "<i>Nina</i>", "Isarfilm <b>GmbH</b>")
    text = words(page)
    received_at = timezone.localtime(case.declaration.received_at)
    assert f"Received {shown(received_at, 'DATETIME_FORMAT')}" in text
    assert "as soon as possible" in text
    assert str(likely.order.order_number) in text
    assert bystander.order.order_number != likely.order.order_number
    found = agent().get(f"{page_of(case)}?q={bystander.order.order_number}")
    assert [order.pk for order in found.context["candidates"]] == [bystander.order_id]


def test_link_to_an_order_that_was_typed_is_hidden_from_those_who_may_only_look() -> None:
    order = make_subscription().order
    case = make_declaration(contract=f"/register/{order.order_hash}/")
    for path in (LIST, page_of(case)):
        assert order.order_hash in html(agent().get(path))
        assert order.order_hash not in html(visitor(make_staff("viewer")).get(path))


def test_viewer_sees_no_button() -> None:
    case = make_declaration(contract=str(make_subscription().order.user_email))
    page = visitor(make_staff("viewer")).get(page_of(case))
    main = html(page).partition("<main")[2].partition("</main>")[0]
    assert page.context["candidates"]
    assert 'method="post"' not in main
    assert "/dismiss/" not in main
    assert "you do not have permission to decide on them" in words(page)


def test_proof_is_mailed_to_the_client_and_nothing_changes_yet() -> None:
    subscription = make_subscription()
    case, browser = make_declaration(), agent()
    answer = browser.post(f"{page_of(case)}orders/{subscription.order_id}/proof/", follow=True)
    assert subscription.client.client_admin.email in words(answer)
    case.refresh_from_db()
    assert (case.state, case.order_id) == (DeclarationCase.State.PROOF, subscription.order_id)
    assert Message.objects.filter(kind="proof").count() == 1
    assert logged(case) == 1
    subscription.refresh_from_db()
    assert subscription.cancelled_at is None


def test_declaration_takes_effect_after_its_end_was_named() -> None:
    subscription, bystander = make_subscription(), make_subscription()
    case, browser = make_declaration(), agent()
    path = f"{page_of(case)}orders/{subscription.order_id}/effect/"
    asked = words(browser.get(path))
    subscription.refresh_from_db()
    assert subscription.cancelled_at is None
    assert "has taken effect" in words(browser.post(path, follow=True))
    subscription.refresh_from_db()
    case.refresh_from_db()
    assert subscription.ends_on
    assert f"ends on {shown(subscription.ends_on)}, as counted from the declaration" in asked
    assert subscription.cancelled_at == case.declaration.received_at
    assert case.state == DeclarationCase.State.EFFECTIVE
    bystander.refresh_from_db()
    assert bystander.cancelled_at is None
    assert "Declaration" in words(browser.get(f"/staff/subscriptions/{subscription.pk}/"))


def test_declaration_about_an_ended_contract_does_not_take_effect() -> None:
    subscription = make_subscription(ended_at=timezone.now())
    case, browser = make_declaration(), agent()
    path = f"{page_of(case)}orders/{subscription.order_id}/effect/"
    assert "cannot take effect" in words(browser.post(path, follow=True))
    case.refresh_from_db()
    assert (case.state, logged(case)) == (DeclarationCase.State.STAFF, 0)


def test_withdrawal_names_the_sums_before_it_takes_effect(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"
    make_seller()
    private = {**BILLING, "customer_type": "private", "company": "", "vat_id": ""}
    subscription = make_subscription(billing=private)
    invoice = make_invoice(subscription)
    case, browser = make_declaration(kind="withdrawal"), agent()
    path = f"{page_of(case)}orders/{subscription.order_id}/effect/"
    assert f"€{invoice.gross_cents / 100:.2f} is credited, €0.00 is to be refunded" in words(
        browser.get(path)
    )
    browser.post(path)
    subscription.refresh_from_db()
    assert (subscription.withdrawn_at, subscription.state) == (
        case.declaration.received_at,
        "ended",
    )


def test_withdrawal_of_a_company_is_refused(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"
    subscription = make_subscription()
    case, browser = make_declaration(kind="withdrawal"), agent()
    path = f"{page_of(case)}orders/{subscription.order_id}/effect/"
    assert "not a private person" in words(browser.post(path, follow=True))
    subscription.refresh_from_db()
    assert subscription.withdrawn_at is None


def test_dismissal_needs_a_note_and_changes_no_contract() -> None:
    subscription = make_subscription()
    case, browser = make_declaration(subscription.order), agent()
    path = f"{page_of(case)}dismiss/"
    assert browser.post(path, {"note": "", "confirm": "on"}).status_code == 422
    case.refresh_from_db()
    assert case.state == DeclarationCase.State.PROOF
    page = browser.post(path, SURE, follow=True)
    assert "Am Telefon geklärt." in words(page)
    assert "Nothing is left to decide." in words(page)
    case.refresh_from_db()
    subscription.refresh_from_db()
    assert (case.state, case.note) == (DeclarationCase.State.DISMISSED, "Am Telefon geklärt.")
    assert subscription.cancelled_at is None


def test_accepted_cause_ends_the_contract_on_the_chosen_day() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order, for_cause=True, reason="Drei Tage Ausfall.")
    browser, path = agent(), f"{page_of(case)}accept-cause/"
    yesterday, day = (timezone.localdate() + timedelta(days=days) for days in (-1, 3))
    past = browser.post(path, {"ends_on": str(yesterday), **SURE})
    assert past.status_code == 422
    assert "is in the past" in words(past)
    browser.post(path, {"ends_on": str(day), **SURE})
    subscription.refresh_from_db()
    case.refresh_from_db()
    assert (subscription.ends_on, subscription.cancelled_at) == (
        day,
        case.declaration.received_at,
    )
    assert (case.state, case.cause_open) == (DeclarationCase.State.EFFECTIVE, False)
    assert listed(browser, "") == []


def test_accepted_cause_brings_an_ordinary_end_forward() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order, for_cause=True, reason="Ausfall")
    assign(case, subscription.order, make_staff(), mail_proof=False)
    browser, day = agent(), timezone.localdate() + timedelta(days=1)
    assert listed(browser, "") == [case.pk]
    browser.post(f"{page_of(case)}accept-cause/", {"ends_on": str(day), **SURE})
    subscription.refresh_from_db()
    assert subscription.ends_on == day


def test_declined_cause_counts_as_an_ordinary_cancellation() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order, for_cause=True, reason="Zu teuer.")
    browser = agent()
    browser.post(f"{page_of(case)}decline-cause/", SURE)
    case.refresh_from_db()
    assert (case.state, case.cause_open) == (DeclarationCase.State.PROOF, False)
    assert listed(browser, "") == []
    assert Declaration.objects.get().for_cause


def test_cause_without_a_contract_is_matched_first() -> None:
    case = make_declaration(for_cause=True, reason="Ausfall")
    browser, path = agent(), f"{page_of(case)}accept-cause/"
    assert "accept-cause" not in html(browser.get(page_of(case)))
    assert "First choose the order" in words(browser.get(path, follow=True))


@pytest.mark.parametrize("path", ["dismiss/", "accept-cause/", "decline-cause/"])
def test_second_of_two_colleagues_reads_that_it_is_decided(path: str) -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order, for_cause=True, reason="Ausfall")
    assert dismiss(case, make_staff(), "Doppelt.")
    form = {**SURE, "ends_on": str(timezone.localdate())}
    page = agent().post(f"{page_of(case)}{path}", form, follow=True)
    assert "somebody has decided in the meantime" in words(page)
    case.refresh_from_db()
    assert (case.note, logged(case)) == ("Doppelt.", 0)
    assert Subscription.objects.get().cancelled_at is None
