"""Legal texts in mails: what private persons get to keep."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from shop.content.publishing import newest
from shop.notifications.emails.kinds import render
from shop.notifications.emails.models import Message
from tests.factories import BILLING, make_order
from tests.notifications.sent import send_all
from tests.pages import assert_left_out

pytestmark = pytest.mark.django_db

PERSON: dict[str, Any] = {
    "billing": {
        "customer_type": "private",
        "name": "Camille Durand",
        "street": "12 rue de la République",
        "postal_code": "69001",
        "city": "Lyon",
        "country": "FR",
    },
    "client_name": "Camille Durand",
    "user_email": "camille@example.com",
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_private_persons_get_the_withdrawal_notice_and_the_model_form(
    language: str, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.CUSTOMERS = "everyone"
    private = {**PERSON, "language": language}
    make_order(**private)
    make_order(**private | {"billing": {**BILLING}, "user_email": "company@example.com"})
    send_all()
    person, company = mailoutbox
    notice, form = (newest(slug) for slug in ("withdrawal", "withdrawal-form"))
    attached = [tuple(attachment) for attachment in person.attachments]
    names = {
        "de": ["Widerrufsbelehrung-Fassung-1.txt", "Muster-Widerrufsformular-Fassung-1.txt"],
        "en": ["Withdrawal-notice-version-1.txt", "Withdrawal-form-version-1.txt"],
    }
    assert [name for name, _content, _kind in attached] == names[language]
    for (_name, content, kind), version in zip(attached, (notice, form), strict=True):
        title, text = (getattr(version, f"{part}_{language}") for part in ("title", "text"))
        # Its links work where there is no page around them.
        absolute = text.replace("](/", f"]({settings.BASE_URL}/")
        assert (content, kind) == (f"{title}\n\n{absolute}\n", "text/plain")
        assert f"]({settings.BASE_URL}/withdraw/)" in content
    said = "Als Privatperson" if language == "de" else "within 14 days of ordering"
    assert_left_out(said, there=str(person.body), here=str(company.body))
    assert company.attachments == []


def test_private_persons_get_no_notice_where_the_shop_sells_to_businesses(
    mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.CUSTOMERS = "everyone"
    make_order(**PERSON)
    make_order(**PERSON | {"user_email": "other@example.com"})
    first, second = Message.objects.order_by("pk")
    assert len(render(first).attachments) == 2
    settings.CUSTOMERS = "businesses"
    assert render(second).attachments == ()
