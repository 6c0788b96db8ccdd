"""The navigation of the member's pages."""

import re

import pytest

from tests.factories import make_client, make_membership, make_subscription, make_user
from tests.pages import Response, html, visitor, words

pytestmark = pytest.mark.django_db


def nav(page: Response, name: str = "portal-nav") -> dict[str, str]:
    """The links of a navigation: address by word; the current one has a star."""
    source = html(page).partition(f'<nav class="{name}"')[2].partition("</nav>")[0]
    links = re.findall(r'<a href="([^"]*)"([^>]*)>(.*?)</a>', source, re.DOTALL)
    return {
        word.strip() + ("*" if "aria-current" in attributes else ""): address
        for address, attributes, word in links
    }


def test_plain_member_has_no_company() -> None:
    page = visitor(make_membership().user).get("/portal/")
    assert nav(page) == {
        "Projects*": "/portal/",
        "Profile": "/portal/profile/",
        "Security": "/account/2fa/",
    }


def test_company_is_one_click_away_from_everywhere() -> None:
    client = make_client()
    browser = visitor(client.client_admin)
    for path in ("/portal/", "/portal/profile/", "/portal/my-data/", "/account/2fa/"):
        assert nav(browser.get(path))["Company"] == f"/portal/clients/{client.pk}/"
    assert browser.get("/portal/clients/").headers["Location"] == f"/portal/clients/{client.pk}/"


def test_several_companies_have_a_list() -> None:
    admin = make_user()
    for name in ("Dollyfilm", "Kranfilm"):
        make_client(client_admin=admin, name=name)
    make_client(name="Foreign")
    browser = visitor(admin)
    assert nav(browser.get("/portal/"))["Companies"] == "/portal/clients/"
    page = browser.get("/portal/clients/")
    assert nav(page)["Companies*"] == "/portal/clients/"
    assert "Dollyfilm Kranfilm" in words(page)
    assert "Foreign" not in words(page)


def test_list_of_companies_says_where_there_is_none() -> None:
    assert "You don’t administer a company." in words(visitor(make_user()).get("/portal/clients/"))


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/portal/profile/", "Profile*"),
        ("/portal/tokens/", "Profile*"),
        ("/account/2fa/", "Security*"),
        ("/account/sessions/", "Security*"),
        ("/portal/clients/{client}/invoices/", "Company*"),
        ("/portal/subscriptions/{subscription}/", "Company*"),
        ("/portal/projects/{project}/", "Projects*"),
    ],
)
def test_section_is_marked(path: str, current: str) -> None:
    subscription = make_subscription(make_client())
    numbers = {
        "client": subscription.client_id,
        "subscription": subscription.pk,
        "project": subscription.project_id,
    }
    page = visitor(subscription.client.client_admin).get(path.format(**numbers))
    assert [word for word in nav(page) if word.endswith("*")] == [current]


@pytest.mark.parametrize(
    ("page", "current"),
    [
        ("", "Projects and plans*"),
        ("invoices/", "Invoices*"),
        ("billing/", "Costs and billing*"),
        ("orders/", "Orders*"),
        ("company/", "Company details*"),
        ("export/", "Company details*"),
    ],
)
def test_pages_of_a_company_lead_to_each_other(page: str, current: str) -> None:
    client = make_client()
    shown = nav(
        visitor(client.client_admin).get(f"/portal/clients/{client.pk}/{page}"), "company-nav"
    )
    assert len(shown) == 5
    assert [word for word in shown if word.endswith("*")] == [current]


def test_sign_in_page_has_no_navigation_of_the_portal() -> None:
    assert nav(visitor().get("/account/login/")) == {}
