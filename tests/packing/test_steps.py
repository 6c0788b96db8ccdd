"""The steps: what each delivers, once, and when each refuses."""

from collections.abc import Callable

import pytest
from allauth.idp.oidc.models import Token

from shop.billing.models import Subscription
from shop.catalogue.models import Product
from shop.orders.models import Order
from shop.packing import steps
from shop.packing.models import StepRecord
from shop.packing.outcomes import NeedsCorrection, NeedsHuman
from shop.tenancy.closed_projects import close_joins
from shop.tenancy.models import Client, Invitation, Membership, Project, User
from tests.factories import (
    make_bare_order,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)

pytestmark = pytest.mark.django_db


def packed(order: Order) -> Order:
    pack_all()
    order.refresh_from_db()
    return order


def order_to(project: Project, **members: object) -> Order:
    """An order that adds a member to an existing project."""
    return make_bare_order(
        project.product.code,
        **{
            "client_id": project.client.pk,
            "project_id": project.pk,
            "user_email": "new@example.com",
            "admin_user_access_token": make_token(project.client.client_admin),
            **members,
        },
    )


def test_order_delivers_client_project_member_and_invitation() -> None:
    order = make_packed_order(user_first_name="Nina", language="en")
    assert order.state == "packed"
    client, project, member = order.delivered_client, order.delivered_project, order.member
    assert client
    assert project
    assert member
    assert (client.name, client.client_admin) == ("Constantin Film", member)
    assert (project.name, project.client, project.product.code) == ("OSD Yamdu Free", client, "s")
    assert (member.email, member.first_name, member.language) == (
        "nicecustomer@gmx.com",
        "Nina",
        "en",
    )
    membership = Membership.objects.get()
    assert (membership.user, membership.project, membership.role) == (member, project, "admin")
    assert order.invitation
    assert order.invitation.membership == membership


def test_member_made_by_packing_is_inactive_until_joined() -> None:
    member = make_packed_order().member
    assert member
    assert not member.is_active
    assert member.joined_at is None
    assert not member.has_usable_password()
    assert Membership.objects.get().joined_at is None


def test_name_of_an_existing_client_makes_another_client() -> None:
    first, second = make_packed_order(), make_packed_order()
    assert first.delivered_client != second.delivered_client
    assert Client.objects.filter(name="Constantin Film").count() == 2
    assert Project.objects.filter(name="OSD Yamdu Free").count() == 2


def test_two_orders_for_one_new_address_have_one_user() -> None:
    first, second = make_packed_order(), make_packed_order(user_email="NiceCustomer@GMX.com")
    assert first.member == second.member
    assert User.objects.count() == 1
    assert Invitation.objects.count() == 2


def test_known_user_is_not_changed_by_an_order() -> None:
    known = make_user(email="mia@example.com", login="mia")
    before = User.objects.filter(pk=known.pk).values().get()
    order = make_packed_order(
        user_email="mia@example.com",
        user_first_name="Eve",
        user_last_name="Else",
        user_login="eve",
        language="de",
    )
    assert order.member == known
    assert User.objects.filter(pk=known.pk).values().get() == before
    assert Membership.objects.get().joined_at is None


def test_client_name_with_a_token_makes_its_user_client_admin() -> None:
    admin = make_user()
    order = make_packed_order(admin_user_access_token=make_token(admin))
    assert order.delivered_client
    assert order.delivered_client.client_admin == admin
    assert order.member != admin


def test_free_tier_has_its_own_user_as_client_admin_whatever_the_token() -> None:
    order = packed(make_order("Yamdu FREE", admin_user_access_token=make_token(make_user())))
    assert order.state == "packed"
    assert order.delivered_client
    assert order.delivered_client.client_admin == order.member


def test_order_to_a_project_adds_a_member_to_it() -> None:
    project = make_project()
    order = packed(order_to(project))
    assert order.state == "packed"
    assert (order.delivered_client, order.delivered_project) == (project.client, project)
    membership = Membership.objects.get()
    assert (membership.user.email, membership.role) == ("new@example.com", "member")
    assert (Client.objects.count(), Project.objects.count()) == (1, 1)


def test_new_project_without_email_is_the_token_users() -> None:
    client = make_project().client
    order = packed(
        make_bare_order(
            client_id=client.pk,
            project_name="Neu",
            admin_user_access_token=make_token(client.client_admin),
        )
    )
    assert order.state == "packed"
    assert order.member == client.client_admin
    assert Project.objects.filter(client=client, name="Neu").count() == 1


def client_is_gone(order: Order, project: Project) -> None:
    Client.objects.filter(pk=project.client.pk).delete()


def project_is_gone(order: Order, project: Project) -> None:
    project.delete()


def contract_has_ended(order: Order, project: Project) -> None:
    close_joins(project)


def admin_was_replaced(order: Order, project: Project) -> None:
    Client.objects.filter(pk=project.client.pk).update(client_admin=make_user())


def token_was_revoked(order: Order, project: Project) -> None:
    Token.objects.all().delete()


@pytest.mark.parametrize(
    ("meanwhile", "fault"),
    [
        (client_is_gone, "client_gone"),
        (project_is_gone, "project_gone"),
        (contract_has_ended, "project_closed"),
        (admin_was_replaced, "not_client_admin"),
        (token_was_revoked, "token_revoked"),
    ],
)
def test_order_that_no_longer_fits_has_errors_a_person_must_mend(
    meanwhile: Callable[[Order, Project], None], fault: str
) -> None:
    project = make_project()
    order = order_to(project)
    meanwhile(order, project)
    order = packed(order)
    assert (order.state, order.fault) == ("has_packing_errors", fault)
    assert Membership.objects.count() == 0


def test_waiting_order_follows_the_project_s_tier() -> None:
    order, other = order_to(project := make_project()), order_to(make_project())
    Project.objects.filter(pk=project.pk).update(product=Product.objects.get(code="m"))
    order = packed(order)
    assert (order.state, order.product.code, order.tier_name) == ("packed", "m", "M")
    assert order.member is not None
    other.refresh_from_db()
    assert (other.state, other.product.code, other.tier_name) == ("packed", "s", "S")


def test_seats_are_counted_by_the_tier_as_it_is_while_the_project_is_locked() -> None:
    project, starter = make_project(), Product.objects.get(code="Starter")
    for _each in range(starter.members):
        make_membership(project=project)
    order = order_to(project)
    order.delivered_client, order.delivered_project = project.client, project
    Project.objects.filter(pk=project.pk).update(product=starter)
    with pytest.raises(NeedsHuman) as outcome:
        steps.member(order)
    assert outcome.value.code == "no_place"
    assert order.product == starter
    assert project.memberships.count() == starter.members


def test_project_that_closes_between_two_steps_takes_no_member() -> None:
    project = make_project()
    order = order_to(project)
    steps.client(order)
    steps.project(order)
    close_joins(project)
    with pytest.raises(NeedsCorrection) as raised:
        steps.member(order)
    assert raised.value.code == "project_closed"
    assert not Membership.objects.filter(project=project).exists()


def test_token_that_expired_while_the_order_waited_still_counts() -> None:
    order = order_to(make_project())
    Token.objects.update(expires_at="2020-01-01T00:00Z")
    assert packed(order).state == "packed"


def test_revoked_token_stops_a_new_client_too() -> None:
    order = make_order(admin_user_access_token=make_token(make_user()))
    Token.objects.all().delete()
    order = packed(order)
    assert (order.state, order.fault) == ("has_packing_errors", "token_revoked")
    assert Client.objects.count() == 0


def test_order_past_the_number_of_members_needs_a_human() -> None:
    project = make_project()
    Product.objects.filter(code="s").update(members=1)
    make_membership(project=project)
    order = packed(order_to(project))
    assert (order.state, order.fault) == ("need_human", "no_place")
    assert Membership.objects.count() == 1


def test_member_who_has_a_place_takes_no_second_one() -> None:
    project = make_project()
    Product.objects.filter(code="s").update(members=1)
    member = make_membership(project=project).user
    assert packed(order_to(project, user_email=member.email)).state == "packed"
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (steps.project, "client_gone"),
        (steps.member, "project_gone"),
        (steps.invitation, "project_gone"),
    ],
)
def test_step_without_the_result_of_the_one_before_needs_a_correction(
    step: Callable[[Order], None], fault: str
) -> None:
    with pytest.raises(NeedsCorrection) as raised:
        step(make_order())
    assert raised.value.code == fault
    assert Membership.objects.count() == 0


@pytest.mark.parametrize("done", ["client", "project", "member", "invitation"])
def test_step_that_is_done_is_not_done_again(done: str) -> None:
    """However far packing came: going on from there delivers each thing once."""
    order = make_packed_order()
    names = ["client", "project", "member", "invitation"]
    later = names[names.index(done) + 1 :]
    StepRecord.objects.filter(order=order, name__in=later).delete()
    if "project" in later:
        Subscription.objects.all().delete()  # packing begins it, at its end
        Project.objects.all().delete()
    if "invitation" in later:
        Invitation.objects.all().delete()
    Order.objects.filter(pk=order.pk).update(state="pending")
    pack_all()
    order.refresh_from_db()
    assert order.state == "packed"
    counts = [model.objects.count() for model in (Client, Project, Membership, Invitation)]
    assert counts == [1, 1, 1, 1]
    assert [step.name for step in StepRecord.objects.filter(order=order)] == names
