"""A client_admin who submits twice or is overtaken: one wins, and the others are told."""

from contextlib import suppress

import pytest
from django.db import transaction

from shop.catalogue.models import Product
from shop.orders.assignment import appoint_client_admin
from shop.orders.corrections import readdress
from shop.orders.document import InvalidDocumentError
from shop.orders.member_orders import invite, remove_member
from shop.orders.models import Order
from shop.tenancy.client_admins import NotClientAdminError, hand_over
from shop.tenancy.email_addresses import get_or_create_user
from shop.tenancy.erasure import NotErasableError, StillAdministersError, erase_user
from shop.tenancy.models import Client, Membership, Project, User
from tests.factories import (
    make_membership,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
    pack_all,
)
from tests.orders.test_parallel import CALLERS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_invitation_that_is_sent_several_times_is_ordered_once() -> None:
    project = make_project()

    def press(number: int) -> bool:
        mine = Project.objects.select_related("client", "product").get()
        try:
            invite(mine, User.objects.get(), {"user_email": "nina@example.com"})
        except InvalidDocumentError:
            return False
        return True

    assert sorted(at_once(press)) == [False] * (CALLERS - 1) + [True]
    assert Order.objects.get().project_id == project.pk


def test_member_is_removed_by_one_of_several() -> None:
    make_membership()
    seen = [
        Membership.objects.select_related("project__client__client_admin").get()
        for _ in range(CALLERS)
    ]
    won = at_once(
        lambda number: remove_member(seen[number], seen[number].project.client.client_admin)
    )
    assert sorted(won) == [False] * (CALLERS - 1) + [True]


def test_successor_is_never_removed_or_deleted_while_it_is_handed_over() -> None:
    membership = make_membership()
    client, person = membership.project.client, membership.user
    admin = client.client_admin

    def act(number: int) -> str:
        try:
            match number % 3:
                case 0:
                    return "handed over" if hand_over(client, admin, person) else ""
                case 1:
                    found = Membership.objects.select_related("project__client").get()
                    return "removed" if remove_member(found, admin) else ""
            erase_user(User.objects.get(pk=person.pk))
        except (
            NotClientAdminError,
            NotErasableError,
            StillAdministersError,
            Membership.DoesNotExist,
        ):
            return ""
        return "deleted"

    done = set(at_once(act)) - {""}
    now = Client.objects.select_related("client_admin").get()
    if "handed over" in done:
        assert now.client_admin == person
        assert done == {"handed over"}
        assert Membership.objects.exists()
        assert now.client_admin.is_active
    else:
        assert now.client_admin == admin
        assert not Membership.objects.exists()


def test_nobody_is_appointed_while_they_delete_their_account() -> None:
    order, heir, staff = make_packed_order(), make_user(), make_staff()

    def act(number: int) -> bool:
        if number % 2:
            try:
                erase_user(User.objects.get(pk=heir.pk))
            except (NotErasableError, StillAdministersError):
                return False
            return True
        seen = Order.objects.select_related("delivered_client").get(pk=order.pk)
        return appoint_client_admin(seen, heir, staff)

    at_once(act)
    assert not Client.objects.filter(client_admin__email__endswith="@deleted.invalid").exists()


def test_nothing_is_made_for_somebody_who_deletes_their_account_just_now() -> None:
    email = make_user().email
    person = {"first_name": "", "last_name": "", "language": "en"}
    product = Product.objects.get(code="s")

    def act(number: int) -> None:
        if number % 2:
            with transaction.atomic():
                user = get_or_create_user(email, **person)
                client = Client.objects.create(name="Film", client_admin=user)
                project = Project.objects.create(name="Dreh", client=client, product=product)
                Membership.objects.create(user=user, project=project)
        else:
            with suppress(NotErasableError, StillAdministersError, User.DoesNotExist):
                erase_user(User.objects.get(email=email))

    at_once(act)
    assert not Client.objects.filter(client_admin__email__endswith="@deleted.invalid").exists()


def as_found(number: int) -> Order:
    """An order with what its pages fetch with it."""
    related = ("product", "invitation", "member", "delivered_client", "delivered_project")
    return Order.objects.select_related(*related).get(pk=number)


def test_removing_and_readdressing_at_once_come_one_after_the_other() -> None:
    project = make_project()
    admin = project.client.client_admin
    for _round in range(2):
        number = invite(project, admin, {"user_email": "nina@example.com"}).pk
        pack_all()
        seen = [as_found(number) for _ in range(CALLERS)]
        there = Membership.objects.select_related("project__client").get(invitations__order=number)

        def act(caller: int, seen: list[Order] = seen, there: Membership = there) -> bool:
            if caller % 2:
                return remove_member(there, admin)
            return readdress(seen[caller], "ole@example.com", actor=admin)

        assert sum(at_once(act)) in {1, 2}
        Membership.objects.all().delete()
        Order.objects.all().delete()


def test_leaving_and_readdressing_at_once_come_one_after_the_other() -> None:
    for _round in range(2):
        person = make_user()
        number = make_packed_order(user_email=person.email).pk
        Client.objects.update(client_admin=make_user())
        seen = [as_found(number) for _ in range(CALLERS)]

        def act(caller: int, seen: list[Order] = seen, pk: int = person.pk) -> bool:
            if caller % 2:
                with suppress(NotErasableError):
                    erase_user(User.objects.get(pk=pk))
                    return True
                return False
            return readdress(seen[caller], "ole@example.com", actor=None)

        assert sum(at_once(act)) in {1, 2}
