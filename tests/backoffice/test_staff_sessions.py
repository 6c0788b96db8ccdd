"""The end of a staff session, and the page that follows."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from portal.accounts.staff_sessions import POLLED
from portal.backoffice.models import BulkJob
from shop.tenancy.models import User
from tests.accounts.factors import LOGIN, by_password
from tests.factories import PASSWORD, make_membership, make_order, make_packed_order, make_staff
from tests.pages import visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

HOUR, MINUTE = 3600, 60


def signed_in(user: User) -> Client:
    browser = visitor()
    by_password(browser, user)
    return browser


def age(browser: Client, *, signed_in: float = 0, seen: float = 0) -> None:
    """Move the beginning of the session and its last activity into the past."""
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= signed_in
    session["staff_began"] = session.get("staff_began", time.time()) - signed_in
    session["staff_seen"] = session.get("staff_seen", time.time()) - seen
    session.save()


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


@pytest.mark.parametrize("path", ["/staff/", "/staff/catalogue/", "/portal/"])
def test_session_of_staff_ends_twelve_hours_after_signing_in(path: str) -> None:
    browser = signed_in(make_staff())
    age(browser, signed_in=12 * HOUR - MINUTE)
    assert browser.get(path).status_code == 200
    age(browser, signed_in=MINUTE)
    answer = browser.get(f"{path}?q=1")
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next={path}%3Fq%3D1")
    assert "Staff sessions end after some hours" in words(browser.get(answer["Location"]))
    assert not is_in(browser)


def test_session_of_staff_ends_after_thirty_idle_minutes() -> None:
    user = make_staff()
    browser = signed_in(user)
    age(browser, seen=29 * MINUTE)
    assert browser.get("/staff/").status_code == 200
    age(browser, seen=29 * MINUTE)  # since that visit
    assert browser.get("/staff/overview/").status_code == 200
    age(browser, seen=30 * MINUTE + 5)
    answer = browser.get("/staff/overview/")
    assert answer["Location"] == f"{LOGIN}?next=/staff/overview/"
    assert "You were inactive for a while" in words(browser.get(answer["Location"]))
    form = {"login": user.email, "password": PASSWORD, "next": "/staff/overview/"}
    assert browser.post(LOGIN, form)["Location"] == "/staff/overview/"


def test_members_stay_signed_in() -> None:
    browser = signed_in(make_membership().user)
    age(browser, signed_in=13 * 24 * HOUR, seen=13 * 24 * HOUR)
    assert is_in(browser)


def test_member_who_becomes_staff_signs_in_again() -> None:
    user = make_membership().user
    browser = signed_in(user)
    age(browser, signed_in=13 * HOUR)
    assert is_in(browser)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    assert not is_in(browser)


def test_hours_and_minutes_are_settings(settings: Any) -> None:
    settings.STAFF_SESSION_HOURS, settings.STAFF_IDLE_MINUTES = 1, 2
    browser = signed_in(make_staff())
    age(browser, signed_in=HOUR - MINUTE)
    assert is_in(browser)
    age(browser, signed_in=MINUTE + 1)
    assert not is_in(browser)
    browser = signed_in(make_staff())
    age(browser, seen=MINUTE)
    assert is_in(browser)
    age(browser, seen=2 * MINUTE + 16)
    assert not is_in(browser)


def polls(order_hash: str, job: BulkJob) -> list[str]:
    return [
        "/staff/counts/",
        f"/staff/bulk/{job.pk}/progress/",
        f"/staff/bulk/{job.pk}/?reload=1",
        f"/register/{order_hash}/progress/",
        f"/register/{order_hash}/?reload=1",
    ]


def test_what_a_page_asks_by_itself_is_no_activity() -> None:
    user, order = make_staff(), make_packed_order()
    job = BulkJob.objects.create(action="retry", actor=user)
    browser = signed_in(user)
    for path in polls(order.order_hash, job):
        age(browser, seen=20 * MINUTE)
        before = browser.session["staff_seen"]
        assert browser.get(path).status_code in {200, 204}, path
        assert browser.session["staff_seen"] == before, path
        browser.get("/staff/")  # somebody is here again
        assert browser.session["staff_seen"] > before


def test_every_address_that_pages_poll_is_known() -> None:
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    named = {
        name
        for template in templates
        for name in re.findall(r"hx-get=\"{% url '(\w+)'", template.read_text())
    }
    assert named == POLLED
    reloaded = [
        text
        for template in Path(settings.BASE_DIR, "templates").rglob("*.html")
        if 'http-equiv="refresh"' in (text := template.read_text())
    ]
    assert reloaded
    assert all("url=?reload=1" in text for text in reloaded)


@pytest.mark.parametrize("path", ["/staff/counts/", "/staff/bulk/1/progress/"])
def test_part_of_a_page_has_the_whole_page_lead_to_sign_in(path: str) -> None:
    browser = signed_in(make_staff())
    age(browser, seen=31 * MINUTE)
    answer = browser.get(path, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (200, "true")
    assert browser.get("/staff/")["Location"] == f"{LOGIN}?next=/staff/"


def test_public_page_stays_open_when_the_session_has_ended() -> None:
    order, browser = make_packed_order(), signed_in(make_staff())
    age(browser, seen=31 * MINUTE)
    path = f"/register/{order.order_hash}/progress/"
    answer = browser.get(path, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert not is_in(browser)


def test_form_sent_after_the_end_leads_back_to_its_page() -> None:
    order, browser = make_order("xl"), signed_in(make_staff())
    age(browser, seen=31 * MINUTE)
    page = f"/staff/orders/{order.pk}/"
    answer = browser.post(f"{page}approve/", headers={"Referer": f"http://testserver{page}"})
    assert answer["Location"] == f"{LOGIN}?next={page}"
    order.refresh_from_db()
    assert order.approved_at is None
    answer = browser.post(f"{page}approve/", headers={"Referer": f"https://evil.example{page}"})
    assert answer["Location"] == f"{LOGIN}?next={page}approve/"


@pytest.mark.parametrize(("idle", "is_shown"), [(29, True), (31, False)])
def test_form_that_fails_its_check_shows_no_page_after_the_end(idle: int, is_shown: bool) -> None:
    order, browser = make_order("xl"), signed_in(make_staff())
    browser.handler.enforce_csrf_checks = True
    age(browser, seen=idle * MINUTE)
    page = f"/staff/orders/{order.pk}/"
    ours = {"Origin": "http://testserver", "Referer": f"http://testserver{page}"}
    answer = browser.post(f"{page}note/", {"note": "Called back."}, headers=ours)
    assert answer.status_code == 403
    assert ("Constantin Film" in words(answer)) is is_shown
    assert order.events.filter(kind="note").count() == 0


def test_cookie_of_staff_ends_with_the_session() -> None:
    staff, member = signed_in(make_staff()), signed_in(make_membership().user)
    assert int(staff.cookies["sessionid"]["max-age"]) <= 12 * HOUR
    assert int(member.cookies["sessionid"]["max-age"]) == 14 * 24 * HOUR


def test_signing_in_begins_anew() -> None:
    user = make_staff()
    browser = signed_in(user)
    age(browser, signed_in=13 * HOUR)
    assert not is_in(browser)
    by_password(browser, user)
    assert is_in(browser)
