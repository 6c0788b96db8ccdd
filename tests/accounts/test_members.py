"""The members of a project: list, invite, remove, change roles."""

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.catalogue.models import Product
from shop.orders.models import Order, State
from shop.tenancy.models import Membership, Project
from tests.factories import (
    PASSWORD,
    make_client,
    make_membership,
    make_project,
    make_user,
    pack_all,
)
from tests.notifications.sent import send_all
from tests.pages import (
    AGREED,
    assert_escaped,
    error_beside,
    fields,
    html,
    join_address,
    visitor,
    words,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

NINA = {
    "user_email": "nina@example.com",
    "user_first_name": "Nina",
    "user_last_name": "Nagel",
    "language": "en",
}


def address(project: Project, rest: str = "") -> str:
    return f"/portal/projects/{project.pk}/{rest}"


def of(membership: Membership, what: str) -> str:
    return address(membership.project, f"members/{membership.pk}/{what}/")


def test_page_shows_members_with_role_and_since_when() -> None:
    project = make_project("m", name="Nachtdreh")
    person = make_user(first_name="Uta", last_name="Unger", email="uta@example.com")
    make_membership(user=person, project=project, role="admin")
    page = words(visitor(project.client.client_admin).get(address(project)))
    assert f"Places taken 1 of {project.product.members}" in page
    assert "Uta Unger uta@example.com project admin" in page


def test_client_admin_is_marked_and_is_not_offered_their_own_removal() -> None:
    client = make_client()
    mine = make_membership(user=client.client_admin, project=make_project(client=client))
    browser = visitor(client.client_admin)
    page = browser.get(address(mine.project))
    assert "administers the company" in words(page)
    assert "/remove/" not in html(page)
    answer = browser.post(of(mine, "remove"))
    assert answer.headers["Location"] == f"/portal/projects/{mine.project_id}/leave/"
    assert Membership.objects.count() == 1


def test_project_admin_sees_the_list_without_buttons() -> None:
    membership = make_membership(role="admin")
    page = html(visitor(membership.user).get(address(membership.project)))
    assert "Members" in page
    for what in ("invite/", "/remove/", "/role/", "/portal/clients/"):
        assert what not in page


def test_invitation_is_an_order_that_brings_the_member_in(mailoutbox: list[EmailMessage]) -> None:
    project = make_project(name="Nachtdreh")
    browser = visitor(project.client.client_admin)
    page = browser.post(address(project, "invite/"), NINA, follow=True)
    assert "The invitation to nina@example.com is being sent." in words(page)
    order = Order.objects.get()
    assert f'href="/register/{order.order_hash}/"' in html(page)
    assert "Pending invitations nina@example.com received" in words(page)
    pack_all()
    page = browser.get(address(project))
    assert "Pending invitations" not in words(page)
    assert "Nina Nagel nina@example.com member invited, not joined yet" in words(page)
    send_all()
    told = {mail.to[0] for mail in mailoutbox}
    assert told == {"nina@example.com", project.client.client_admin.email}
    order.refresh_from_db()
    newcomer = visitor()
    newcomer.post(
        join_address(order),
        {**AGREED, "password": PASSWORD, "user_first_name": "Nina", "user_last_name": "Nagel"},
    )
    assert "Nachtdreh" in words(newcomer.get("/portal/"))
    assert "Your role member" in words(newcomer.get("/portal/"))


def test_invitation_is_written_in_the_language_that_was_chosen() -> None:
    project = make_project()
    visitor(project.client.client_admin).post(
        address(project, "invite/"), {**NINA, "language": "de"}
    )
    assert Order.objects.get().language == "de"


def test_invitation_sent_twice_is_ordered_once_and_says_so() -> None:
    project = make_project()
    browser = visitor(project.client.client_admin)
    browser.post(address(project, "invite/"), NINA)
    page = browser.post(address(project, "invite/"), NINA)
    assert page.status_code == 422
    told = "This person is a member of the project already, or invited."
    assert error_beside(page, "user_email") == told
    assert Order.objects.count() == 1


def test_what_was_typed_stays_where_the_address_is_none() -> None:
    project = make_project()
    page = visitor(project.client.client_admin).post(
        address(project, "invite/"), {**NINA, "user_email": "nina"}
    )
    assert page.status_code == 422
    assert fields(page)["user_last_name"] == "Nagel"
    assert "e-mail address like" in error_beside(page, "user_email")
    assert not Order.objects.exists()


def test_full_project_says_that_a_person_looks_at_further_invitations() -> None:
    project = make_project()
    Product.objects.filter(pk=project.product_id).update(members=1)
    make_membership(project=project)
    browser = visitor(project.client.client_admin)
    assert "All places of this plan are taken." in words(browser.get(address(project, "invite/")))
    browser.post(address(project, "invite/"), NINA)
    pack_all()
    assert Order.objects.get().state == State.NEED_HUMAN
    assert "nina@example.com being reviewed" in words(browser.get(address(project)))


def test_project_of_a_retired_tier_takes_no_more_members() -> None:
    project = make_project()
    Product.objects.filter(pk=project.product_id).update(listed=False)
    page = visitor(project.client.client_admin).post(address(project, "invite/"), NINA)
    assert page.status_code == 422
    assert "This plan can no longer be ordered." in words(page)


@pytest.mark.parametrize("known", [True, False])
def test_list_does_not_tell_whether_an_invited_address_is_known(known: bool) -> None:
    project = make_project()
    if known:
        make_user(email="nina@example.com", first_name="Nina", last_name="Geheim")
    browser = visitor(project.client.client_admin)
    form = {"user_email": "nina@example.com", "language": "en"}
    browser.post(address(project, "invite/"), form)
    pack_all()
    page = words(browser.get(address(project)))
    assert "nina@example.com member invited, not joined yet" in page
    assert "Geheim" not in page


def test_role_is_changed_and_back() -> None:
    membership = make_membership()
    browser = visitor(membership.project.client.client_admin)
    assert "Make project admin" in words(browser.get(address(membership.project)))
    page = browser.post(of(membership, "role"), {"role": "admin"}, follow=True)
    assert "The role is changed." in words(page)
    assert "Remove as project admin" in words(page)
    browser.post(of(membership, "role"), {"role": "member"})
    membership.refresh_from_db()
    assert membership.role == "member"


def test_role_that_there_is_none_of_is_not_given() -> None:
    membership = make_membership()
    browser = visitor(membership.project.client.client_admin)
    browser.post(of(membership, "role"), {"role": "owner"})
    membership.refresh_from_db()
    assert membership.role == "member"


def test_removing_asks_first_and_then_ends_the_membership() -> None:
    membership = make_membership()
    browser = visitor(membership.project.client.client_admin)
    asked = browser.get(of(membership, "remove"))
    assert "They lose access to the project." in words(asked)
    assert Membership.objects.exists()
    page = browser.post(of(membership, "remove"), follow=True)
    assert "The member is removed; the place is free again." in words(page)
    assert not Membership.objects.exists()
    member = visitor(membership.user)
    assert "You are not a member of any project yet." in words(member.get("/portal/"))


def test_link_of_who_was_removed_lets_nobody_in() -> None:
    project = make_project()
    browser = visitor(project.client.client_admin)
    browser.post(address(project, "invite/"), NINA)
    pack_all()
    link = join_address(Order.objects.get())
    page = browser.get(of(Membership.objects.get(), "remove"))
    assert "Nina Nagel nina@example.com" in words(page)
    browser.post(of(Membership.objects.get(), "remove"))
    answer = visitor().post(link, {"password": PASSWORD})
    assert answer.status_code == 410
    assert "This invitation was withdrawn." in words(answer)


@pytest.mark.parametrize(("what", "form"), [("remove", {}), ("role", {"role": "admin"})])
def test_who_is_gone_already_is_told_so(what: str, form: dict[str, str]) -> None:
    membership = make_membership()
    browser = visitor(membership.project.client.client_admin)
    Membership.objects.all().delete()
    page = browser.post(of(membership, what), form, follow=True)
    assert page.status_code == 200
    assert "Something has changed in the meantime" in words(page)


def test_list_takes_as_many_queries_for_three_as_for_one() -> None:
    project, counts = make_project(), []
    browser = visitor(project.client.client_admin)
    for number in (1, 2):
        for each in range(number):
            make_membership(project=project)
            email = f"nina{number}{each}@example.com"
            browser.post(address(project, "invite/"), {**NINA, "user_email": email})
        pack_all()
        browser.get(address(project))  # shows the messages
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address(project)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_names_with_markup_are_not_run() -> None:
    project = make_project(name="<script>x</script>")
    make_membership(project=project, user=make_user(first_name="<script>y</script>"))
    browser = visitor(project.client.client_admin)
    assert_escaped(browser.get(address(project)), "<script>x</script>", "<script>y</script>")
    assert_escaped(browser.get(address(project, "invite/")), "<script>x</script>")


def test_invitation_is_sent_again_with_a_new_link() -> None:
    project = make_project()
    browser = visitor(project.client.client_admin)
    browser.post(address(project, "invite/"), NINA)
    pack_all()
    invited = Membership.objects.get(project=project, joined_at=None)
    joined = make_membership(project=project)
    invitation = invited.invitations.get()
    assert of(invited, "resend") in html(browser.get(address(project)))
    assert of(joined, "resend") not in html(browser.get(address(project)))
    page = words(browser.post(of(invited, "resend"), follow=True))
    assert "A new link is on its way to nina@example.com." in page
    before, after = invitation.counter, invited.invitations.get().counter
    assert after == before + 1
    for _ in range(5):
        page = words(browser.post(of(invited, "resend"), follow=True))
    assert "nina@example.com had several e-mails lately" in page


def test_invitation_of_who_has_joined_is_not_sent_again() -> None:
    joined = make_membership()
    browser = visitor(joined.project.client.client_admin)
    page = words(browser.post(of(joined, "resend"), follow=True))
    assert "Something has changed in the meantime" in page
