"""The shipped steps at the end of a contract: closed for new members, for members, then emptied."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from shop.billing.models import Subscription
from shop.billing.signals import subscription_ended
from shop.notifications.emails.models import Message
from shop.orders.document import InvalidDocumentError
from shop.orders.member_orders import invite
from shop.orders.models import Order
from shop.packing import ending_steps
from shop.packing.contract_runs import run_due
from shop.packing.models import ContractRun
from shop.tenancy.closed_projects import waive_export
from shop.tenancy.joining import join_as_known
from shop.tenancy.models import Invitation, Membership, Project, User
from tests.contract_factories import make_run
from tests.factories import (
    bystander,
    make_invoice,
    make_membership,
    make_packed_order,
    make_seller,
    make_staff,
    make_subscription,
    make_user,
    pack_all,
)

pytestmark = pytest.mark.django_db


def work() -> None:
    """Do what a woken worker does."""
    ContractRun.objects.filter(state="waiting").update(next_attempt_at=timezone.now())
    run_due(lambda: None)


def ended(**fields: object) -> Subscription:
    """A subscription that ended yesterday, of a project whose client_admin has joined."""
    subscription = make_subscription()
    yesterday = timezone.localdate() - timedelta(days=1)
    Subscription.objects.filter(pk=subscription.pk).update(
        **{"ends_on": yesterday, "ended_at": timezone.now(), **fields}
    )
    subscription.refresh_from_db()
    return subscription


def joined(subscription: Subscription) -> User:
    """The client_admin, who has used the invitation of the order."""
    membership = Membership.objects.get(project=subscription.project)
    Invitation.objects.filter(membership=membership).update(used_at=timezone.now())
    Membership.objects.filter(pk=membership.pk).update(joined_at=timezone.now())
    User.objects.filter(pk=membership.user_id).update(joined_at=timezone.now(), is_active=True)
    return User.objects.get(pk=membership.user_id)


def over(subscription: Subscription) -> Project:
    """The project after its time of export."""
    Project.objects.filter(pk=subscription.project_id).update(export_until=date(2020, 1, 1))
    work()
    return Project.objects.get(pk=subscription.project_id)


def test_end_closes_the_project_for_thirty_days_and_then_erases_it() -> None:
    subscription = ended()
    assert subscription.ends_on
    with bystander():
        subscription_ended.send(sender=Subscription, subscription=subscription)
        work()
        project = Project.objects.get(pk=subscription.project_id)
        assert project.joins_closed_at
        assert project.closed_at
        assert project.erased_at is None
        assert project.export_until == subscription.ends_on + timedelta(days=30)
        assert not project.is_open
        run = ContractRun.objects.get()
        assert (run.state, run.attempts) == ("waiting", 0)
        project = over(subscription)
        assert project.erased_at
        assert project.name == f"deleted project {project.pk}"
    run = ContractRun.objects.get()
    assert (run.state, list(run.steps.values_list("name", flat=True))) == (
        "done",
        ["no_new_members", "close_project", "erase_project"],
    )


def test_export_time_ends_with_its_last_day() -> None:
    subscription = ended()
    make_run(subscription)
    Project.objects.update(closed_at=timezone.now(), export_until=timezone.localdate())
    work()
    assert not Project.objects.exclude(erased_at=None).exists()
    yesterday = timezone.localdate() - timedelta(days=1)
    Project.objects.update(export_until=yesterday)
    work()
    assert Project.objects.exclude(erased_at=None).get() == subscription.project


def test_waived_export_time_ends_at_once_and_once() -> None:
    subscription = ended()
    make_run(subscription)
    assert not waive_export(subscription.project)
    work()
    assert ContractRun.objects.get().next_attempt_at > timezone.now()
    assert waive_export(subscription.project)
    run_due(lambda: None)
    assert ContractRun.objects.get().state == "done"
    assert Project.objects.get(pk=subscription.project_id).erased_at
    assert not waive_export(subscription.project)


@pytest.mark.parametrize("known", [True, False])
def test_nobody_joins_once_the_contract_has_ended(known: bool) -> None:
    subscription = ended()
    invitation = Invitation.objects.get(membership__project=subscription.project)
    member = make_membership(project=subscription.project)
    ending_steps.no_new_members(subscription)
    assert not Invitation.objects.exists()
    assert list(Membership.objects.filter(project=subscription.project)) == [member]
    if known:
        assert not join_as_known(invitation)
    with pytest.raises(InvalidDocumentError) as refused:
        client = Project.objects.get(pk=subscription.project_id).client
        invite(subscription.project, client.client_admin, {"user_email": "late@example.com"})
    assert [(each.member, each.code) for each in refused.value.problems] == [
        ("project_id", "project_closed")
    ]


def test_order_that_waits_when_the_contract_ends_adds_no_member() -> None:
    subscription = ended()
    admin = joined(subscription)
    order = invite(subscription.project, admin, {"user_email": "late@example.com"})
    ending_steps.no_new_members(subscription)
    pack_all()
    order.refresh_from_db()
    assert (order.state, order.fault) == ("has_packing_errors", "project_closed")
    assert not User.objects.filter(email="late@example.com").exists()


def test_erasure_keeps_those_who_belong_elsewhere_and_erases_the_others() -> None:
    subscription = ended()
    admin = joined(subscription)
    project = subscription.project
    alone, elsewhere, staff, waiting = (
        make_user(),
        make_user(),
        make_staff(),
        make_user(),
    )
    for user in (alone, elsewhere, staff, waiting):
        make_membership(project=project, user=user)
    other = make_membership(user=elsewhere)
    make_packed_order()
    invite(other.project, other.project.client.client_admin, {"user_email": waiting.email})
    make_run(subscription)
    work()
    assert project.memberships.count() == 5
    over(subscription)
    assert project.memberships.count() == 0
    erased = {user: User.objects.get(pk=user.pk).is_erased for user in
              (admin, alone, elsewhere, staff, waiting)}  # fmt: skip
    assert erased == {admin: False, alone: True, elsewhere: False, staff: False, waiting: False}
    assert Membership.objects.filter(pk=other.pk).exists()


def test_member_who_never_joined_is_erased_with_the_project() -> None:
    subscription = ended()
    admin = joined(subscription)
    invite(subscription.project, admin, {"user_email": "never@example.com"})
    pack_all()
    user = User.objects.get(email="never@example.com")
    make_run(subscription)
    work()
    over(subscription)
    assert User.objects.get(pk=user.pk).is_erased
    assert not Order.objects.filter(user_email="never@example.com").exists()


def test_erasure_empties_the_orders_and_keeps_what_invoices_need() -> None:
    make_seller()
    subscription = ended()
    invoice = make_invoice(subscription)
    document = invoice.document
    order = subscription.order
    before = (order.product_id, order.net_cents, order.order_number, order.order_hash)
    assert order.user_email
    make_run(subscription)
    work()
    over(subscription)
    order.refresh_from_db()
    personal = [order.user_email, order.user_first_name, order.billing, order.member]
    assert personal == [None] * 4
    assert (order.product_id, order.net_cents, order.order_number, order.order_hash) == before
    invoice.refresh_from_db()
    assert invoice.document == document
    assert subscription.client.billing_profile.company
    kept = Message.objects.filter(order=order).exclude(kind=Message.Kind.INVOICE)
    assert not kept.filter(recipient="nicecustomer@gmx.com").exists()


def test_erasure_goes_on_in_another_attempt_where_there_are_many_members(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ending_steps, "AT_ONCE", 0.0)
    subscription = ended()
    users = [make_membership(project=subscription.project).user for _ in range(3)]
    run = make_run(subscription)
    work()
    over(subscription)
    assert [User.objects.get(pk=user.pk).is_erased for user in users] == [True] * 3
    run.refresh_from_db()
    assert (run.state, run.last_error) == ("done", "")


@pytest.mark.parametrize("step", ["no_new_members", "close_project", "erase_project"])
def test_step_done_twice_does_no_harm(step: str) -> None:
    subscription = ended()
    project = subscription.project
    arguments = ("key",) if step == "erase_project" else ()
    run = getattr(ending_steps, step)
    run(subscription, *arguments)
    first = Project.objects.filter(pk=project.pk).values().get()
    assert first["joins_closed_at"] or first["closed_at"] or first["erased_at"]
    run(subscription, *arguments)
    assert Project.objects.filter(pk=project.pk).values().get() == first


def test_project_with_another_contract_that_runs_stays_as_it_is() -> None:
    subscription, running = ended(), make_subscription()
    Subscription.objects.filter(pk=running.pk).update(project=subscription.project)
    before = Project.objects.filter(pk=subscription.project_id).values().get()
    make_run(subscription)
    work()
    assert ContractRun.objects.get().state == "done"
    assert Project.objects.filter(pk=subscription.project_id).values().get() == before
    assert Membership.objects.filter(project=subscription.project).exists()


def test_project_that_never_had_a_member_ends_as_any_other() -> None:
    subscription = ended()
    Membership.objects.filter(project=subscription.project).delete()
    make_run(subscription)
    work()
    project = over(subscription)
    assert project.erased_at
    assert ContractRun.objects.get().state == "done"


def test_contract_whose_end_was_proven_late_can_be_exported_for_thirty_days() -> None:
    """It counts from the moment of declaration, but nobody loses their data at once."""
    today = timezone.localdate()
    subscription = ended(ends_on=today - timedelta(days=45))
    make_run(subscription)
    work()
    project = Project.objects.get(pk=subscription.project_id)
    assert project.closed_at
    assert project.erased_at is None
    assert project.export_until == today + timedelta(days=29)
    assert ContractRun.objects.get().state == "waiting"
