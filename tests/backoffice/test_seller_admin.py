"""The seller and the rates of VAT in Django's admin: checked, told of, never half done."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from shop.catalogue.seller import Seller, VatRate, current_seller, own_vat_rate
from shop.notifications.emails.models import Message
from tests.factories import SELLER, make_seller, make_staff
from tests.notifications.sent import send_all
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

PATH = "/staff/catalogue/catalogue/seller/1/change/"
RATES = "/staff/catalogue/catalogue/vatrate/"
IBAN = "DE75512108001245126199"


def form(**changes: Any) -> dict[str, Any]:
    return {**SELLER, "due_days": 14, "currency": "EUR", **changes}


def stored() -> dict[str, Any]:
    return dict(Seller.objects.values(*SELLER).get())


def test_seller_is_filled_in_and_stored_in_canonical_form() -> None:
    chief = make_staff(email="chief@example.com")
    typed = {
        "iban": "de89 3704 0044 0532 0130 00",
        "vat_id": "DE 123 456 788",
        "bic": "cobadeffxxx",
    }
    assert visitor(chief).post(PATH, form(**typed)).status_code == 302
    assert stored() == SELLER
    history = words(visitor(chief).get(PATH.replace("change", "history")))
    assert "chief@example.com" in history
    assert "Legal name: – → Lichtspiel Software GmbH" in history


@pytest.mark.parametrize(
    ("field", "typed", "text"),
    [
        ("iban", "DE89370400440532013001", "This is no IBAN: please check it."),
        ("iban", "3704 0044", "This is no IBAN: please check it."),
        ("bic", "COBA", "This is no BIC: please check it."),
        ("vat_id", "DE123456789", "This is no VAT ID: please check each sign."),
        ("vat_id", "ATU12345675", "A VAT ID begins with the code of the country."),
        ("country", "XX", "There is no country with this code."),
        ("country", "Germany", "Ensure this value has at most 2 characters (it has 7)."),
        ("currency", "XXQ", "There is no currency with this code."),
        ("email", "nobody", "Enter a valid email address."),
    ],
)
def test_wrong_value_is_refused_beside_it_and_nothing_is_stored(
    field: str, typed: str, text: str
) -> None:
    make_seller()
    page = visitor(make_staff()).post(PATH, form(**{field: typed, "city": "Köln"}))
    errors = page.context["adminform"].form.errors
    assert text in errors[field]
    assert stored() == SELLER
    assert "Köln" in html(page)


def test_country_without_a_rate_is_refused_unless_no_vat_is_charged() -> None:
    browser = visitor(make_staff())
    swiss = form(country="CH", vat_id="")
    page = browser.post(PATH, swiss)
    text = "Please enter the VAT rate of this country first."
    assert page.context["adminform"].form.errors == {"country": [text]}
    assert browser.post(PATH, swiss | {"small_business": "on"}).status_code == 302
    VatRate.objects.create(country="CH", valid_from=date(2024, 1, 1), rate="8.1")
    assert browser.post(PATH, swiss).status_code == 302
    assert (current_seller().country, own_vat_rate()) == ("CH", Decimal("8.1"))


def test_seller_is_neither_added_nor_deleted() -> None:
    browser = visitor(make_staff())
    assert browser.get(PATH).status_code == 200
    assert browser.get("/staff/catalogue/catalogue/seller/add/").status_code == 403
    assert browser.post(PATH.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert Seller.objects.count() == 1


@pytest.mark.parametrize("group", ["admin", "agent", "viewer"])
def test_seller_is_not_for_groups_without_the_permission(group: str) -> None:
    make_seller()
    assert visitor(make_staff(group)).post(PATH, form(city="Köln")).status_code in {403, 404}
    assert stored() == SELLER


def test_changed_iban_is_mailed_to_all_superusers_and_nobody_else(
    mailoutbox: list[EmailMessage],
) -> None:
    make_seller()
    chief = make_staff(email="chief@example.com")
    make_staff(email="other@example.com", language="de")
    make_staff("admin", email="agent@example.com")
    make_staff(email="gone@example.com", is_active=False)
    browser = visitor(chief)
    assert browser.post(PATH, form(city="Köln")).status_code == 302
    assert not Message.objects.exists()
    assert browser.post(PATH, form(city="Köln", iban=IBAN)).status_code == 302
    send_all()
    mails = {mail.to[0]: mail for mail in mailoutbox}
    assert mails.keys() == {"chief@example.com", "other@example.com"}
    said = str(mails["chief@example.com"].body)
    assert mails["chief@example.com"].subject == "Our invoices name another IBAN"
    for part in ("DE89370400440532013000", IBAN, "chief@example.com"):
        assert part in said
    assert mails["other@example.com"].subject == "Unsere Rechnungen nennen eine andere IBAN"


def test_notice_is_not_sent_to_somebody_who_is_no_superuser_any_more(
    mailoutbox: list[EmailMessage],
) -> None:
    chief = make_staff()
    visitor(chief).post(PATH, form())
    assert Message.objects.get().state == "waiting"
    chief.is_superuser = False
    chief.save()
    send_all()
    assert mailoutbox == []
    assert Message.objects.get().state == "obsolete"


def test_rate_is_added_and_one_that_counts_is_never_changed() -> None:
    browser, tomorrow = visitor(make_staff()), timezone.localdate() + timedelta(days=1)
    new = {"country": "DE", "valid_from": tomorrow.isoformat(), "rate": "20"}
    assert browser.post(f"{RATES}add/", new).status_code == 302
    added = VatRate.objects.get(country="DE", valid_from=tomorrow)
    changed = browser.post(f"{RATES}{added.pk}/change/", new | {"rate": "21"})
    assert changed.status_code == 302
    assert VatRate.objects.get(pk=added.pk).rate == 21
    old = VatRate.objects.get(country="DE", rate=19)
    for act in ("change", "delete"):
        form = {**new, "valid_from": "2021-07-01", "rate": "7", "post": "yes"}
        assert browser.post(f"{RATES}{old.pk}/{act}/", form).status_code == 403
    assert VatRate.objects.get(pk=old.pk).rate == 19
    assert browser.post(f"{RATES}{added.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not VatRate.objects.filter(pk=added.pk).exists()
