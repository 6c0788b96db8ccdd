"""Mails with made-up data in the back office: for staff only, and nothing is written."""

import base64
import hashlib
import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from shop.content.models import Version
from shop.notifications.emails.kinds import KINDS
from shop.notifications.emails.models import Message
from shop.orders.error_codes import error_text
from shop.orders.models import Basket, Order, OrderEvent
from shop.tenancy.models import Invitation, User
from tests.factories import make_staff, make_user
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

EACH = [(kind, case) for kind, email in KINDS.items() for case in range(len(email.samples))]


def staff() -> Client:
    return visitor(make_staff("viewer"))


def rows() -> list[int]:
    models = (Message, Order, OrderEvent, Basket, Version, User, Invitation, EmailAddress)
    return [model.objects.count() for model in models]


def test_every_kind_is_listed_with_its_cases() -> None:
    page = staff().get("/staff/mails/")
    for kind, email in KINDS.items():
        for number, case in enumerate(email.samples):
            assert f'href="/staff/mails/{kind}/?case={number}"' in html(page)
            assert str(case.title) in words(page)
    assert set(KINDS) == set(Message.Kind.values)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(("kind", "case"), EACH)
def test_mail_is_shown_in_text_and_html_and_nothing_is_written(
    kind: str, case: int, language: str
) -> None:
    browser = staff()
    before = rows()
    asked = f"?case={case}&language={language}"
    page = browser.get(f"/staff/mails/{kind}/{asked}")
    frame = browser.get(f"/staff/mails/{kind}/html/{asked}")
    assert rows() == before
    assert ("Hello," if language == "en" else "Guten Tag,") in words(page)
    assert f'src="/staff/mails/{kind}/html/?case={case}&amp;language={language}"' in html(page)
    assert f'<html lang="{language}">' in html(frame)


def test_preview_of_the_digest_gives_each_reason_as_a_sentence() -> None:
    page = words(staff().get("/staff/mails/alarm/?language=en"))
    for code in ("client_gone", "manual_tier", "tries_used_up"):
        assert error_text(code) in page
        assert code not in page.lower()


def test_mail_is_framed_and_may_do_nothing() -> None:
    browser = staff()
    page = browser.get("/staff/mails/received/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "style-src 'self';" in f"{page['Content-Security-Policy']};"
    assert 'sandbox="allow-popups' in html(page)
    frame = browser.get("/staff/mails/received/html/")
    policy = dict(
        directive.strip().partition(" ")[::2]
        for directive in frame["Content-Security-Policy"].split(";")
    )
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert policy["frame-ancestors"] == "'self'"
    assert "allow-scripts" not in policy["sandbox"]
    for name in ("default-src", "script-src", "img-src", "connect-src", "form-action"):
        assert policy[name] == "'none'"
    (style,) = re.findall(r"<style>(.*?)</style>", html(frame), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy["style-src"] == f"'sha256-{digest}'"


@pytest.mark.parametrize(
    "path",
    ["nothing/", "received/?case=9", "received/?case=x", "received/?language=fr", "nothing/html/"],
)
def test_mail_that_there_is_not_is_404(path: str) -> None:
    assert staff().get(f"/staff/mails/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "received/", "received/html/"])
def test_mails_are_for_staff_only(path: str) -> None:
    assert visitor(make_user()).get(f"/staff/mails/{path}").status_code == 404
    answer = Client().get(f"/staff/mails/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_sample_lets_nobody_in() -> None:
    for kind, path in (("invitation", "register"), ("password", "account/password/reset/key")):
        text = words(staff().get(f"/staff/mails/{kind}/?language=en"))
        found = re.search(rf"http://localhost:8000(/{path}/\S+)", text)
        assert found
        answer = Client().get(found[1])
        assert answer.status_code == 404 or "password1" not in html(answer)
