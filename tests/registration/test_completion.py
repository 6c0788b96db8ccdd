"""Completing an order on its page is ordering: with price, duration, terms and the order button."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from shop.catalogue.models import Promotion
from shop.content.models import Page
from shop.content.publishing import newest, publish
from shop.data_export import export
from shop.orders.consent import Consent
from shop.orders.corrections import correct
from shop.orders.document import InvalidDocumentError
from shop.orders.missing_details import fill_in
from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.factories import (
    DETAILS,
    make_application,
    make_bare_order,
    make_order,
    make_project,
    make_staff,
    make_token,
    make_user,
)
from tests.notifications.sent import send_all
from tests.pages import (
    Response,
    assert_left_out,
    error_beside,
    fields,
    summary,
    visitor,
    words,
)

pytestmark = pytest.mark.django_db

BUTTON = "Order and pay · €236.81 a month"
NOTICE = (
    "The contract runs until you cancel it. You can cancel at any time, online or by e-mail; it then "
    "ends with the month you have paid for."
)


def page_of(order: Order, language: str = "en") -> Response:
    return visitor(language=language).get(f"/register/{order.order_hash}/")


def complete(order: Order, **changes: str) -> Response:
    """Fill in all that is asked for, agree to the terms, press the button."""
    form = {**fields(page_of(order)), **DETAILS, "terms": "on", **changes}
    return visitor().post(f"/register/{order.order_hash}/", form)


def bare_order_of(name: str = "Partner") -> Order:
    """An order of nothing but a tier, by a program."""
    nothing: dict[str, Any] = dict.fromkeys(DETAILS)
    return make_order("l", Caller(application=make_application(name)), language="en", **nothing)


def test_paid_order_is_completed_under_price_duration_terms_and_the_order_button() -> None:
    text = words(page_of(make_bare_order("l")))
    form = text.partition("Your order")[2].partition("What happens next")[0]
    assert "Net per month €199.00 VAT 19% €37.81 Total per month €236.81" in form
    positions = [form.index(each) for each in ("€236.81", NOTICE, "I agree to the terms", BUTTON)]
    assert positions == sorted(positions)


def test_button_is_the_one_of_the_checkout_in_german_too() -> None:
    text = words(page_of(make_bare_order("l"), "de"))
    assert "Kostenpflichtig bestellen · 236,81 €/Monat" in text
    assert "Sie zahlen jede Rechnung innerhalb von 14 Tagen per Überweisung." in text
    assert "Der Vertrag läuft unbefristet, bis Sie kündigen." in text


def test_price_is_the_one_at_which_the_order_was_placed() -> None:
    order = make_bare_order("l")
    order.product.net_cents = 100
    order.product.save()
    assert BUTTON in words(page_of(order))


def test_reduced_price_names_the_promotion_however_its_code_was_typed() -> None:
    Promotion.objects.create(code="PREMIERE", name="For your first film", percent=10)
    Promotion.objects.create(code="OTHER", name="For others", percent=20)
    page = words(page_of(make_bare_order("l", promo_code=" premiere")))
    assert "For your first film for as long as the contract runs −€19.90" in page.replace(
        "\u00a0", " "
    )


def test_order_without_consent_is_not_completed_and_nothing_typed_is_lost() -> None:
    order = make_bare_order("l")
    page = visitor().post(f"/register/{order.order_hash}/", DETAILS)
    assert page.status_code == 422
    assert error_beside(page, "terms") == "Please agree to the terms to place the order."
    assert "Please agree to the terms" in summary(page)
    assert fields(page)["client_name"] == "Constantin Film"
    assert "terms" not in fields(page)
    order.refresh_from_db()
    assert (order.complete, order.client_name, Consent.objects.count()) == (False, None, 0)


def test_tick_stays_where_something_else_is_missing() -> None:
    page = complete(make_bare_order("l"), project_name="")
    assert page.status_code == 422
    assert fields(page)["terms"] == "on"


def test_terms_that_have_changed_are_asked_for_again() -> None:
    order = make_bare_order("l")
    form = {**fields(page_of(order)), **DETAILS, "terms": "on"}
    texts = {"title_de": "AGB", "title_en": "Terms", "text_de": "Neu.", "text_en": "New."}
    publish(Page.objects.get(pk="terms"), texts)
    page = visitor().post(f"/register/{order.order_hash}/", form)
    assert page.status_code == 409
    assert "The terms have changed while you were looking." in error_beside(page, "terms")
    assert fields(page)["client_name"] == "Constantin Film"
    assert Consent.objects.count() == 0
    assert complete(order).status_code == 302
    assert Consent.objects.get().terms == newest("terms")


def test_consent_is_kept_with_the_order_and_named_in_the_receipt(
    mailoutbox: list[EmailMessage],
) -> None:
    other = make_bare_order("l")
    order, before = bare_order_of(), timezone.now()
    assert complete(order).status_code == 302
    order.refresh_from_db()
    assert order.complete
    assert order.consent.terms == newest("terms")
    assert before <= order.consent.agreed_at <= timezone.now()
    assert not hasattr(other, "consent")
    send_all()
    (mail,) = mailoutbox
    assert "You agreed to our terms (version 1) on" in mail.body
    assert [attachment[0] for attachment in mail.attachments] == ["Terms-version-1.txt"]


def test_receipt_comes_again_with_the_terms_where_the_address_was_known(
    mailoutbox: list[EmailMessage],
) -> None:
    order = make_bare_order("l", user_email=DETAILS["user_email"], language="en")
    send_all()
    assert complete(order).status_code == 302
    send_all()
    first, second = mailoutbox
    assert_left_out("You agreed to our terms", there=str(second.body), here=str(first.body))
    assert "a few details from you" not in second.body


def test_second_person_to_complete_an_order_agrees_to_nothing() -> None:
    order = make_bare_order("l")
    late = Order.objects.get()
    assert fill_in(order, DETAILS, agreed=newest("terms"))
    assert not fill_in(late, {**DETAILS, "client_name": "Other"}, agreed=newest("terms"))
    assert Consent.objects.count() == 1


def test_free_order_keeps_its_plain_button_and_asks_for_the_terms_as_the_checkout_does() -> None:
    order = make_bare_order("Yamdu FREE")
    assert "Place order · free of charge" in words(page_of(order))
    assert visitor().post(f"/register/{order.order_hash}/", DETAILS).status_code == 422
    assert complete(order).status_code == 302


def test_tier_that_a_person_approves_says_so_above_the_button() -> None:
    assert "A person approves orders of this plan." in words(page_of(make_bare_order("xl")))


def test_order_for_a_client_that_is_there_misses_nothing_that_its_page_could_ask_for() -> None:
    project = make_project()
    mine: dict[str, Any] = {
        "client_id": project.client_id,
        "admin_user_access_token": make_token(project.client.client_admin),
    }
    further: list[dict[str, int]] = [{}, {"project_id": project.pk}]
    for given in further:
        with pytest.raises(InvalidDocumentError, match="is required with "):
            make_bare_order("s", **mine, **given)


def test_correction_by_staff_is_no_consent() -> None:
    order = make_bare_order("l")
    assert correct(order, DETAILS, actor=make_staff())
    order.refresh_from_db()
    assert (order.complete, Consent.objects.count()) == (True, 0)


def test_staff_see_which_version_was_agreed_to_and_where_the_order_came_from() -> None:
    order = bare_order_of("Dispo")
    complete(order)
    text = words(visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/"))
    assert "Agreed to the terms Version 1" in text
    assert "the orders API, by Dispo" in text


def test_consent_is_in_the_members_export() -> None:
    user = make_user(email=DETAILS["user_email"])
    order = bare_order_of()
    make_order("s", Caller(application=make_application()))
    complete(order)
    completed, by_a_program = export(user)["orders"]
    assert completed["consent"]["terms_version"] == 1
    assert "consent" not in by_a_program
