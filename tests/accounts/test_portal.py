"""The member's home page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.tenancy.models import Membership, User
from tests.factories import (
    make_client,
    make_membership,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
)
from tests.pages import assert_escaped, assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db


def test_portal_needs_sign_in() -> None:
    answer = visitor().get("/portal/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/portal/"


def test_portal_shows_project_client_tier_and_role() -> None:
    project = make_project("m", name="Nachtdreh", client=make_client(name="Kranfilm"))
    membership = make_membership(project=project, role=Membership.Role.ADMIN)
    text = words(visitor(membership.user).get("/portal/"))
    assert "Nachtdreh" in text
    assert "Nachtdreh Kranfilm" in text
    assert "Plan M" in text
    assert "Your role project admin" in text
    assert membership.user.email in text


def test_portal_shows_only_memberships_that_were_joined() -> None:
    user = make_user()
    make_membership(user=user, project=make_project(name="Joined"))
    make_membership(user=user, project=make_project(name="Waiting"), joined_at=None)
    text = words(visitor(user).get("/portal/"))
    assert "Joined" in text
    assert "Waiting" not in text


def test_portal_shows_nothing_of_others() -> None:
    client = make_client(name="Foreign")
    member = make_membership(project=make_project(name="Foreign", client=client)).user
    for owner in (client.client_admin, member):
        theirs = words(visitor(owner).get("/portal/"))
        assert_left_out("Foreign", there=theirs, here=words(visitor(make_user()).get("/portal/")))


def test_member_without_projects_is_told_what_to_do() -> None:
    assert "You are not a member of any project yet." in words(visitor(make_user()).get("/portal/"))


def test_portal_leads_to_the_pages_of_the_company_one_administers() -> None:
    client = make_client(name="Kranfilm")
    page = visitor(client.client_admin).get("/portal/")
    assert "Your company: Kranfilm" in words(page)
    for name in ("", "invoices/", "billing/", "company/", "add-project/"):
        assert f'href="/portal/clients/{client.pk}/{name}"' in html(page)


def test_portal_leads_to_a_list_of_many_companies() -> None:
    user = make_user()
    for number in range(4):
        make_client(name=f"Kranfilm {number}", client_admin=user)
    browser = visitor(user)
    home = words(browser.get("/portal/"))
    assert "Your company: Kranfilm 2" in home
    assert "Kranfilm 3" not in home
    assert "All your companies" in home
    assert "Kranfilm 3" in words(browser.get("/portal/clients/"))


@pytest.mark.parametrize("page", ["/portal/tokens/", "/portal/clients/1234567/company/"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_number_of_a_client_is_where_programs_are_and_nowhere_else(
    page: str, language: str
) -> None:
    client = make_client(pk=1234567)
    browser = visitor(client.client_admin, language)
    assert "1234567" in words(browser.get(page))
    for other in ("/portal/", "/portal/clients/1234567/", "/portal/profile/"):
        assert "1234567" not in words(browser.get(other))


def test_known_user_has_the_project_of_an_order_as_an_invitation_before_joining() -> None:
    user = make_user()
    make_packed_order(user_email=user.email, project_name="Bestellt")
    before = html(visitor(user).get("/portal/"))
    assert "Bestellt" in before.partition('id="invitations"')[2]
    Membership.objects.filter(user=user).update(joined_at=timezone.now())
    after = html(visitor(user).get("/portal/"))
    project = '<h2 id="project-'
    assert_left_out(project, there=after, here=before)


@pytest.mark.parametrize("language", ["de", "en"])
def test_portal_takes_as_many_queries_for_three_projects_as_for_one(language: str) -> None:
    counts = []
    user = make_user()
    browser = visitor(user, language)
    for projects in (1, 2):
        for _ in range(projects):
            make_membership(user=user)
            make_client(client_admin=user)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/portal/").status_code == 200
        counts.append(len(queries))
    assert Membership.objects.filter(user=user).count() == 3
    assert counts[0] == counts[1]
    assert counts[0] <= 18


def test_portal_is_not_cached() -> None:
    assert "no-store" in visitor(make_user()).get("/portal/").headers["Cache-Control"]


def test_markup_in_names_is_not_run() -> None:
    user = make_user()
    make_membership(user=user, project=make_project(name="<script>x</script>"))
    make_client(client_admin=user, name="<script>y</script>")
    page = visitor(user).get("/portal/")
    assert_escaped(page, "<script>x</script>", "<script>y</script>")


def test_staff_see_the_way_to_the_back_office_and_members_do_not() -> None:
    assert 'href="/staff/"' in html(visitor(make_staff("agent")).get("/portal/"))
    assert "/staff/" not in html(visitor(make_user()).get("/portal/"))


def test_portal_ends_with_the_user() -> None:
    user = make_user()
    browser = visitor(user)
    User.objects.update(is_active=False)
    assert browser.get("/portal/").status_code == 302
