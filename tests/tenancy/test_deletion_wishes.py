"""Wishes to be deleted are kept while a client needs the person, and then carried out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from shop.billing.credit_notes import credit
from shop.billing.holds import recipient_of
from shop.billing.models import Invoice, Subscription
from shop.notifications.emails.invoice_emails import queue_invoice
from shop.notifications.emails.models import Message
from shop.notifications.retention import delete_expired
from shop.orders.cancellation import ActedBy, cancel_in_any_state
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.deletion_wishes import carry_out_wishes, delete_when_possible, undo_wish
from shop.tenancy.departure_rows import DeletionWish
from shop.tenancy.erasure import NotErasableError, user_erased
from shop.tenancy.models import Client, Membership, Project, User
from shop.tenancy.needed_clients import Need, needed_clients, needs_of
from shop.tenancy.signals import client_needed
from shop.worker.row_failures import RowsFailedError
from tests.factories import (
    bystander,
    make_client,
    make_invoice,
    make_membership,
    make_order,
    make_profile,
    make_project,
    make_seller,
    make_staff,
    make_subscription,
    make_user,
    pack_all,
)
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db


@contextmanager
def needing(client: Client, *needs: str) -> Iterator[None]:
    """Another room needs the client's client_admin for these reasons."""

    def tell(client: Client, **rest: Any) -> list[str]:
        return list(needs) if client == of else []

    of = client
    client_needed.connect(tell)
    try:
        yield
    finally:
        client_needed.disconnect(tell)


def project_in_use(admin: User) -> Project:
    """A project with a member, of a client that the user administers."""
    return make_membership(project=make_project(client=make_client(client_admin=admin))).project


def is_erased(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_erased


def test_reasons_come_in_one_order_and_only_of_clients_that_give_any() -> None:
    admin = make_user()
    kran, dolly = (make_client(name=name, client_admin=admin) for name in ("Kran", "Dolly"))
    make_client(name="Atelier", client_admin=admin)
    make_client(name="Somebody else's")
    make_project(client=kran)
    make_order(
        product="s",
        client_id=dolly.pk,
        client_name=None,
        client_admin=admin,
    )
    with needing(kran, "owed", "export", "running"):
        found = needed_clients(admin)
    assert found == [(dolly, [Need.ORDER]), (kran, [Need.RUNNING, Need.EXPORT, Need.OWED])]


def test_project_that_a_cancelled_order_has_left_behind_holds_nobody(settings: Settings) -> None:
    """Its first steps have made client and project; there is no contract that could be cancelled."""
    settings.PACKING_STEPS = [
        *("shop.packing.steps.client", "shop.packing.steps.project", "shop.packing.steps.member"),
        "tests.packing.steps.fail",
    ]
    settings.PACKING_MAX_ATTEMPTS = 1
    order = make_order(product="s")
    pack_all()
    order.refresh_from_db()
    client = order.delivered_client
    assert client
    assert needs_of(client) == [Need.RUNNING, Need.ORDER]
    Membership.objects.all().delete()
    assert needs_of(client) == [Need.ORDER]  # it is to get a contract
    make_membership(project=order.delivered_project, user=order.member, joined_at=None)
    assert cancel_in_any_state(order, None, by=ActedBy.CUSTOMER)
    assert Project.objects.filter(client=client, closed_at=None).exists()
    assert needs_of(client) == []


def test_account_that_no_client_needs_is_deleted_at_once_and_confirmed_by_mail() -> None:
    user = make_membership(user=make_user(email="nina@example.com")).user
    with bystander():
        assert delete_when_possible(user)
    assert is_erased(user)
    mail = Message.objects.get(kind=Message.Kind.DELETED)
    assert (mail.user, mail.recipient, mail.language) == (None, "nina@example.com", "en")


def test_confirmation_is_sent_and_then_deleted_as_well() -> None:
    user = make_user()
    assert delete_when_possible(user)
    delete_expired(lambda: None)
    assert Message.objects.filter(kind=Message.Kind.DELETED).exists()
    send_all()
    delete_expired(lambda: None)
    assert not Message.objects.filter(recipient=user.email).exists()


def test_wish_of_a_needed_client_admin_is_kept_until_nothing_needs_them() -> None:
    admin, other = make_user(), make_user()
    project = project_in_use(admin)
    project_in_use(other)
    assert not delete_when_possible(admin)
    assert not delete_when_possible(admin)
    assert not delete_when_possible(other)
    asked = DeletionWish.objects.get(user=admin).asked_at
    carry_out_wishes(lambda: None)
    assert not is_erased(admin)
    assert DeletionWish.objects.get(user=admin).asked_at == asked
    Project.objects.filter(pk=project.pk).update(closed_at=timezone.now())
    with needing(project.client, "export"):
        carry_out_wishes(lambda: None)
        assert not is_erased(admin)
    carry_out_wishes(lambda: None)
    assert is_erased(admin)
    assert Client.objects.get(pk=project.client_id).client_admin_id == admin.pk
    assert [wish.user for wish in DeletionWish.objects.all()] == [other]
    assert Message.objects.get(kind=Message.Kind.DELETED).recipient == admin.email


def test_wish_is_carried_out_after_handing_over() -> None:
    admin = make_user()
    client = project_in_use(admin).client
    assert not delete_when_possible(admin)
    Client.objects.filter(pk=client.pk).update(client_admin=make_user())
    carry_out_wishes(lambda: None)
    assert is_erased(admin)


def test_wish_can_be_undone_until_it_is_carried_out() -> None:
    admin = make_user()
    client = project_in_use(admin).client
    assert not delete_when_possible(admin)
    assert undo_wish(admin)
    assert not undo_wish(admin)
    Client.objects.filter(pk=client.pk).update(client_admin=make_user())
    carry_out_wishes(lambda: None)
    assert not is_erased(admin)
    assert delete_when_possible(admin)
    assert not undo_wish(admin)


def test_wish_that_is_undone_while_it_is_carried_out_is_not_carried_out() -> None:
    user = make_user()
    DeletionWish.objects.create(user=user)

    # The job has read the wish already.
    undone: list[bool] = []
    carry_out_wishes(lambda: undone.append(undo_wish(user)))
    assert undone == [True]
    assert not is_erased(user)
    assert User.objects.get(pk=user.pk).is_active


def test_wish_of_somebody_who_became_staff_stays_for_staff_to_see() -> None:
    user = make_staff()
    wish = DeletionWish.objects.create(user=user)
    carry_out_wishes(lambda: None)
    assert DeletionWish.objects.get() == wish
    with pytest.raises(NotErasableError):
        delete_when_possible(user)


def test_billing_data_of_a_private_person_go_with_them_and_a_companys_stay() -> None:
    private, company = make_client(), make_client()
    make_profile(private, customer_type="private", name="Mia Muster")
    profile = make_profile(company)
    for client in (private, company):
        assert delete_when_possible(client.client_admin)
    assert list(type(profile).objects.all()) == [profile]


def test_nothing_is_mailed_to_a_client_admin_who_was_deleted(mailoutbox: list[object]) -> None:
    make_seller()
    subscription = make_subscription(make_client())
    client, invoice = subscription.client, make_invoice(subscription)
    Subscription.objects.update(ended_at=timezone.now(), next_period_on=None)
    Project.objects.update(closed_at=timezone.now())
    BillingProfile.objects.update(email="")
    credit(invoice, make_staff(), reason="Nie benutzt.")
    send_all()
    Message.objects.all().delete()
    mailoutbox.clear()
    assert delete_when_possible(client.client_admin)
    queue_invoice(Invoice.objects.get(pk=invoice.pk))
    Message.objects.exclude(kind=Message.Kind.INVOICE).delete()
    Message.objects.update(recipient=recipient_of(Client.objects.get(pk=client.pk)))
    send_all()
    assert Message.objects.get().state == Message.State.OBSOLETE
    assert mailoutbox == []


def test_worker_carries_wishes_out_every_hour() -> None:
    hourly = settings.WORKER_CLUSTERS["messages"]["hourly"]
    assert "shop.tenancy.deletion_wishes.carry_out_wishes" in hourly


def test_wish_that_fails_keeps_no_other_from_being_carried_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, good = make_user(), make_user()
    for user in (bad, good):
        DeletionWish.objects.create(user=user)

    def fail(user: User | None = None, **rest: Any) -> None:
        if user == bad:
            raise ValueError("This one is broken.")

    user_erased.connect(fail)
    try:
        with pytest.raises(RowsFailedError):
            carry_out_wishes(lambda: None)
    finally:
        user_erased.disconnect(fail)
    assert f"user {bad.pk}" in caplog.text
    assert (is_erased(bad), is_erased(good)) == (False, True)
