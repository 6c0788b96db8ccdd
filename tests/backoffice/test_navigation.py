"""The navigation of the back office: sections, their pages, and who sees them."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission

from portal.backoffice.navigation import PAGES, open_to, page_at, permissions_of, url_of
from tests.factories import make_order, make_staff, make_user
from tests.pages import html, visitor

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).parents[2] / "templates" / "backoffice"
LOOKED_AT = {  # by all who look
    *("staff", "staff_overview", "staff_mails", "staff_requests", "staff_billing"),
    *("staff_invoices", "staff_subscriptions", "staff_bank", "staff_reminders", "staff_seller"),
    *("staff_declarations", "staff_clients", "staff_people", "staff_failures", "staff_health"),
}
MENDED_AT = {"staff_bulk_jobs"}
EDITED_AT = {  # by admins
    *("staff_applications", "staff_tiers", "staff_features", "staff_promotions"),
    *("staff_legal_pages", "staff_questions", "staff_proof"),
}


def links(page: str, name: str) -> dict[str, str]:
    """The links of the navigation `name`: their texts, and what they say of the page that is shown."""
    nav = page.partition(f'class="{name}"')[2].partition("</nav>")[0]
    found = re.findall(r'<a href="([^"]+)"\s*(?:aria-current="(\w+)")?>', nav)
    return dict(found)


@pytest.mark.parametrize(
    ("group", "more"),
    [
        ("viewer", set()),
        ("billing", set()),
        ("agent", MENDED_AT),
        ("admin", MENDED_AT | EDITED_AT),
    ],
)
def test_pages_are_those_whose_views_one_may_open(group: str, more: set[str]) -> None:
    user = make_staff(group)
    known = LOOKED_AT | MENDED_AT | EDITED_AT | {"staff_colleagues", "admin:index"}
    assert known & set(open_to(user)) == LOOKED_AT | more
    for name in open_to(user):
        assert visitor(user).get(url_of(name)).status_code == 200, name


def test_every_page_but_the_admin_has_a_permission() -> None:
    without = {name for name in PAGES if url_of(name) and not permissions_of(name)}
    assert without == {"admin:index"}


def test_superusers_alone_are_led_to_the_admin() -> None:
    assert "admin:index" in open_to(make_staff())
    assert "/staff/catalogue/" not in html(visitor(make_staff("admin")).get("/staff/tiers/"))


def test_sections_lead_to_their_first_page_that_is_allowed() -> None:
    page = html(visitor(make_staff("viewer")).get("/staff/"))
    sections = links(page, "sections")
    assert sections["/staff/"] == "true"
    assert sections["/staff/billing/"] == sections["/staff/overview/"] == ""
    assert "/staff/applications/" not in sections
    page = html(visitor(make_staff("admin")).get("/staff/"))
    assert "/staff/applications/" in links(page, "sections")


def test_pages_of_the_section_are_below_with_the_one_shown_marked() -> None:
    page = html(visitor(make_staff("agent")).get("/staff/bulk/"))
    assert links(page, "section-pages")["/staff/bulk/"] == "page"
    assert links(page, "section-pages")["/staff/"] == ""
    assert "/staff/invoices/" not in page


def test_pages_below_belong_to_their_page() -> None:
    order = make_order()
    page = html(visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/"))
    assert links(page, "sections")["/staff/"] == "true"
    assert page_at("/staff/invoices/RE-1/pay/") == "staff_invoices"
    assert page_at("/staff/") == "staff"
    assert page_at("/") == ""


def test_staff_with_one_permission_see_that_page_alone() -> None:
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="erase_person"))
    assert open_to(user) == ["staff_people"]
    page = html(visitor(user).get("/staff/people/"))
    assert links(page, "sections") == {"/staff/people/": "true"}
    assert 'class="section-pages"' not in page  # one page needs no second line


def test_library_of_live_parts_is_loaded_once_on_each_page() -> None:
    page = html(visitor(make_staff("agent")).get("/staff/"))
    assert len(re.findall(r"<script[^>]+htmx", page)) == 1
    for template in TEMPLATES.rglob("*.html"):
        if template != TEMPLATES / "base.html":
            assert "htmx_script" not in template.read_text(), template
