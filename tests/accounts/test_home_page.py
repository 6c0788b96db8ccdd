"""The home page: cards of projects, what is to do, what is new, the next invoice."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.models import Subscription
from shop.orders.models import Order, State
from shop.packing.models import Packing
from shop.tenancy.models import Client, Invitation, Membership, Project, User
from tests.contract_factories import make_running_contract, make_tier_change
from tests.factories import (
    PASSWORD,
    make_client,
    make_invoice,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_seller,
    make_staff,
    make_subscription,
    make_user,
    pack_all,
)
from tests.pages import assert_left_out, html, part, visitor, words

pytestmark = pytest.mark.django_db


def home(user: User) -> str:
    return words(visitor(user).get("/portal/"))


def section(user: User, name: str) -> str:
    """The words of one section of the home page; "" where it is not there."""
    page = visitor(user).get("/portal/")
    start = f'aria-labelledby="{name}"'
    return part(page, start, "</section>") if start in html(page) else ""


def source(user: User, name: str) -> str:
    """The source of one section of the home page."""
    return (
        html(visitor(user).get("/portal/"))
        .partition(f'aria-labelledby="{name}"')[2]
        .partition("</section>")[0]
    )


def seat(project: Project, first_name: str = "", days_ago: int = 0, **fields: object) -> Membership:
    joined = timezone.now() - timedelta(days=days_ago)
    user = make_user(first_name=first_name, last_name="")
    return make_membership(project=project, user=user, joined_at=joined, **fields)


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def run_by(client: Client, **fields: object) -> Membership:
    """A seat of the client_admin in a project of their own."""
    return make_membership(user=client.client_admin, project=make_project(client=client), **fields)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "So far you are the only member."),
        (("Nora",), "With Nora"),
        (("Nora", "Otto", "Ida"), "With Nora, Otto and Ida"),
        (("Nora", "Otto", "Ida", "Emil", "Uta"), "With Nora, Otto, Ida, Emil and one other"),
        (("", "Nora"), "With Nora and one other"),
        (("", ""), "With 2 other members"),
    ],
)
def test_card_says_who_else_is_in_the_project(names: tuple[str, ...], said: str) -> None:
    project = make_project()
    member = make_membership(project=project).user
    for number, name in enumerate(names):
        seat(project, name, days_ago=20 - number)
    make_membership(project=project, joined_at=None)
    seat(make_project(), "Elsewhere")
    assert f"{said} Members" in section(member, f"project-{project.pk}")


def test_card_tells_free_places_to_the_client_admin_alone() -> None:
    project = make_project("m")
    admin = make_membership(project=project, user=project.client.client_admin).user
    member = make_membership(project=project).user
    make_membership(project=project, joined_at=None)
    free = f"Free places {project.product.members - 3} of {project.product.members}"
    assert free in home(admin)
    assert "Invite a member" in home(admin)
    assert "Free places" not in home(member)
    assert "Invite a member" not in home(member)


def test_open_project_notes_the_first_visit_and_leads_to_its_address() -> None:
    membership = make_membership(project=make_project(url="https://app.example/7/"))
    other = make_membership(project=membership.project)
    browser, path = visitor(membership.user), f"/portal/projects/{membership.project_id}/open/"
    assert f'href="{path}"' in html(browser.get("/portal/"))
    assert browser.get(path).headers["Location"] == "https://app.example/7/"
    membership.refresh_from_db()
    first = membership.opened_at
    assert first is not None
    browser.get(path)
    membership.refresh_from_db()
    other.refresh_from_db()
    assert (membership.opened_at, other.opened_at) == (first, None)


def test_closed_project_is_not_opened() -> None:
    membership = make_membership(project=make_project(url="https://app.example/7/"))
    admin = membership.project.client.client_admin
    Project.objects.update(closed_at=timezone.now())
    path = f"/portal/projects/{membership.project_id}/"
    assert visitor(membership.user).get(f"{path}open/").status_code == 404
    assert visitor(admin).get(f"{path}open/").headers["Location"] == path
    membership.refresh_from_db()
    assert membership.opened_at is None


def test_tasks_name_an_overdue_invoice_and_nothing_of_other_companies() -> None:
    make_seller()
    subscription = make_subscription(make_client())
    make_invoice(subscription, due_on=timezone.localdate() - timedelta(days=1))
    bystander = make_subscription(make_client())
    make_invoice(bystander)
    told = section(subscription.client.client_admin, "tasks")
    assert "An invoice is overdue: €58.31." in told
    assert f"/{subscription.client_id}/invoices/" in source(
        subscription.client.client_admin, "tasks"
    )
    assert "One invoice is open: €58.31." in section(bystander.client.client_admin, "tasks")


def test_tasks_ask_for_billing_details_while_an_invoice_waits_for_them() -> None:
    subscription = make_subscription(make_client(), billing=None, waits_for="billing")
    admin = subscription.client.client_admin
    asked = "We don’t know yet whom to bill."
    there = section(admin, "tasks")
    Subscription.objects.update(waits_for="")
    assert_left_out(asked, there=there, here=section(admin, "tasks"))


def test_tasks_name_invitations_that_could_not_be_delivered_until_they_are_used() -> None:
    client = make_client()
    project = make_project(client=client)
    order = make_order(
        client_id=client.pk,
        client_name=None,
        project_id=project.pk,
        project_name=None,
        user_email="otto@example.com",
        client_admin=client.client_admin,
    )
    pack_all()
    packed = Order.objects.filter(pk=order.pk, state=State.PACKED)
    assert packed.update(unreachable_since=timezone.now()) == 1
    told = "The invitation to otto@example.com could not be delivered."
    there = section(client.client_admin, "tasks")
    assert f"/register/{order.order_hash}/" in source(client.client_admin, "tasks")
    Invitation.objects.update(used_at=timezone.now())
    assert_left_out(told, there=there, here=section(client.client_admin, "tasks"))


def test_tasks_name_an_order_that_needs_a_correction() -> None:
    client = make_client()
    order = make_order(client_id=client.pk, client_name=None, client_admin=client.client_admin)
    Order.objects.filter(pk=order.pk).update(state=State.HAS_PACKING_ERRORS)
    packing = Packing.objects.create(order=order, mendable=["project_name"])
    told = f"The order {order.order_number} needs a correction."
    there = section(client.client_admin, "tasks")
    assert told in there
    packing.mendable = []
    packing.save()  # a fault of ours
    assert_left_out(told, there=there, here=section(client.client_admin, "tasks"))
    assert section(make_client().client_admin, "tasks") == ""


def test_next_invoice_is_the_soonest_that_comes() -> None:
    make_seller()
    client, today = make_client(), timezone.localdate()
    later = make_subscription(client, next_period_on=today + timedelta(days=9))
    soon = make_subscription(client, next_period_on=today + timedelta(days=5), list_cents=9900)
    ends = make_subscription(client, next_period_on=today + timedelta(days=2))
    Subscription.objects.filter(pk=ends.pk).update(ends_on=today + timedelta(days=1))
    make_subscription(make_client(), next_period_on=today)
    said = section(client.client_admin, f"company-{client.pk}")
    day = date_format(today + timedelta(days=5), "j F Y")
    assert f"Next invoice €117.81 {day} · {soon.project.name}" in said
    Subscription.objects.filter(pk__in=[later.pk, soon.pk]).update(ended_at=timezone.now())
    assert "Next invoice" not in section(client.client_admin, f"company-{client.pk}")


def test_news_tell_a_client_admin_of_members_invoices_and_contracts() -> None:
    subscription = make_running_contract()
    admin = subscription.client.client_admin
    joined = seat(subscription.project, "Nora")
    seat(make_project(), "Elsewhere")
    make_running_contract()
    make_tier_change(subscription, "m")
    told = section(admin, "news")
    number = subscription.invoices.order_by("pk").first().number  # type: ignore[union-attr]
    assert "Changed from S to M." in told
    assert f"Invoice {number}: €58.31" in told
    assert f"{joined.user.first_name} joined." in told
    assert "Elsewhere" not in told
    assert told.count("Invoice ") == subscription.invoices.count() == 2


def test_news_tell_members_what_their_pages_tell_and_no_more() -> None:
    subscription = make_running_contract()
    admin = subscription.client.client_admin
    member = seat(subscription.project, "Nora").user
    make_tier_change(subscription, "Yamdu FREE")
    assert "Change from S to Yamdu FREE planned" in section(admin, "news")
    told = section(member, "news")
    assert "You joined." in told
    for secret in ("planned", "Invoice", "example.com"):
        assert_left_out(secret, there=f"{section(admin, 'news')} example.com", here=told)
    cancel_contract(subscription, by=admin)
    assert "The contract was cancelled to end on" in section(member, "news")


def test_news_are_of_lately_the_newest_first() -> None:
    project = make_project()
    for name, days in (("Old", 61), ("Ida", 40), ("Otto", 3)):
        seat(project, name, days_ago=days)
    told = section(project.client.client_admin, "news")
    assert told.index("Otto joined.") < told.index("Ida joined.")
    assert "Old joined." not in told


def test_news_end_where_a_project_is_closed_to_its_member() -> None:
    member = make_membership(project=make_project(name="Nachtdreh"))
    there = section(member.user, "news")
    Client.objects.update(closed_at=timezone.now())
    assert_left_out("You joined.", there=there, here=section(member.user, "news"))


def test_first_steps_are_ticked_as_they_are_done_and_can_be_hidden() -> None:
    admin = make_user(joined_at=days_ago(2))
    own = run_by(make_client(client_admin=admin))
    steps = source(admin, "first-steps")
    assert steps.count("data-done") == 0
    assert f'href="/portal/projects/{own.project_id}/invite/"' in steps
    Membership.objects.filter(pk=own.pk).update(opened_at=timezone.now())
    make_membership(project=own.project, joined_at=None)
    assert source(admin, "first-steps").count("data-done") == 2
    browser, other = visitor(admin), make_user()
    assert browser.get("/portal/first-steps/hide/").status_code == 405
    assert browser.post("/portal/first-steps/hide/").headers["Location"] == "/portal/"
    assert section(admin, "first-steps") == ""
    other.refresh_from_db()
    assert other.first_steps_hidden_at is None


def test_first_steps_are_for_new_client_admins_alone() -> None:
    new, old = (make_user(joined_at=days_ago(days)) for days in (29, 31))
    for user in (new, old):
        run_by(make_client(client_admin=user))
    member = make_membership().user
    shown = [bool(section(user, "first-steps")) for user in (new, old, member)]
    assert shown == [True, False, False]


def test_client_admin_who_is_in_no_project_is_led_to_the_company() -> None:
    client = make_client()
    page = visitor(client.client_admin).get("/portal/")
    assert "You are not a member of any project at the moment." in words(page)
    empty = html(page).partition('<div class="home__empty')[2].partition("</div>")[0]
    assert f'href="/portal/clients/{client.pk}/"' in empty


def test_who_is_invited_is_not_told_to_look_for_a_plan() -> None:
    user = make_user()
    there = home(user)
    make_packed_order(user_email=user.email)
    assert_left_out("Or choose a plan", there=there, here=home(user))


def test_staff_without_a_project_land_in_the_back_office_and_others_at_home() -> None:
    agent, both, member = make_staff("agent"), make_staff("agent"), make_user()
    make_membership(user=both)
    landed = []
    for user in (agent, both, member):
        form = {"login": user.email, "password": PASSWORD}
        landed.append(visitor().post("/account/login/", form).headers["Location"])
    assert landed == ["/staff/", "/portal/", "/portal/"]
