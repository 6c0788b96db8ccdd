"""The applications that a member owns: who sees them, and what the overview tells."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from shop.access.models import Application, CallCount
from tests.accounts.own_programs import make_endpoint, owned, page_of
from tests.accounts.test_portal_nav import nav
from tests.factories import make_application, make_client, make_user
from tests.pages import html, part, shown, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/portal/applications/"
PAGES = ("", "webhooks/", "webhooks/new/", "credentials/", "credentials/client-secret/")


def count(application: Application, days_ago: int, status: int, number: int) -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    CallCount.objects.create(
        application=application, day=day, operation="POST /api/orders", status=status, number=number
    )


def test_owner_of_one_application_finds_it_in_the_navigation() -> None:
    application, owner = owned()
    browser = visitor(owner)
    assert nav(browser.get("/portal/"))["Application"] == page_of(application)
    assert nav(browser.get(page_of(application)))["Application*"] == page_of(application)
    assert browser.get(LIST).headers["Location"] == page_of(application)


def test_owner_of_several_gets_a_list_with_last_call_calls_refusals_and_endpoints() -> None:
    first, owner = owned("Alpha")
    second, other = make_application("Beta", owner=owner), make_application("Foreign")
    make_endpoint(first)
    for number in (1, 2):
        make_endpoint(other, url=f"https://foreign.example/{number}")
    count(first, 1, 201, 5)
    count(first, 3, 422, 2)
    count(first, 9, 201, 70)
    count(other, 0, 201, 9)
    browser = visitor(owner)
    page = browser.get(LIST)
    assert nav(page)["Applications*"] == LIST
    last = shown(timezone.localdate() - timedelta(days=1))
    scopes = "orders:read orders:write billing:read webhooks"
    assert f"Alpha {scopes} {last} 7 2 1" in words(page)
    assert f"Beta {scopes} never 0 0 0" in words(page)
    assert "Foreign" not in words(page)
    assert browser.get(page_of(second)).status_code == 200


def test_list_takes_as_many_queries_for_three_as_for_two() -> None:
    _first, owner = owned()
    browser, counts = visitor(owner), []
    for name in ("Beta", "Gamma"):
        make_endpoint(make_application(name, owner=owner))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_member_without_an_application_is_told_what_one_is() -> None:
    make_application("Foreign", owner=make_user())
    page = visitor(make_client().client_admin).get(LIST)
    assert "You don’t own an application." in words(page)
    assert "Application" not in nav(page)


@pytest.mark.parametrize("path", PAGES)
def test_application_of_somebody_else_is_unknown(path: str) -> None:
    application, owner = owned()
    assert visitor(owner).get(page_of(application, path)).status_code in {200, 302}
    assert visitor(make_user()).get(page_of(application, path)).status_code == 404


def test_application_of_the_demo_is_unknown_outside_it(settings: Settings) -> None:
    application, owner = owned()
    Application.objects.update(demo=True)
    browser = visitor(owner)
    settings.DEMO = True
    assert browser.get(page_of(application)).status_code == 200
    settings.DEMO = False
    assert browser.get(page_of(application)).status_code == 404


def test_limit_of_one_call_a_second_is_told_in_the_singular() -> None:
    application, owner = owned()
    Application.objects.filter(pk=application.pk).update(rate=1, burst=5)
    assert "1 a second, 5 at once" in words(visitor(owner).get(page_of(application)))


def test_overview_shows_client_id_scopes_redirect_uris_and_calls() -> None:
    application, owner = owned()
    client = application.oauth_client
    client.set_redirect_uris(["https://crew-planner.example/back"])
    client.save()
    count(application, 0, 201, 12)
    count(application, 0, 422, 4)
    count(application, 1, 429, 1)
    page = visitor(owner).get(page_of(application))
    assert client.pk in html(page)
    assert "https://crew-planner.example/back" in words(page)
    assert "50 a second, 500 at once" in words(page)
    today = shown(timezone.localdate(), "SHORT_DATE_FORMAT")
    assert f"{today} 12 4 0 0" in part(page, 'id="calls"', "</section>")
    refusals = part(page, 'id="refusals"', "</section>")
    assert "POST /api/orders 422 Unprocessable Entity 4" in refusals
    assert "Our team changes these." in words(page)


def test_application_that_was_switched_off_says_so() -> None:
    application, owner = owned()
    sentence = "We have switched this application off"
    browser = visitor(owner)
    assert sentence not in words(browser.get(page_of(application)))
    Application.objects.update(active=False)
    assert sentence in words(browser.get(page_of(application)))
