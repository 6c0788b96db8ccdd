"""Two workers pack batches at once that need each other's users and projects. PostgreSQL only."""

import threading
from contextlib import suppress

import pytest
from django.db import connection

from shop.orders.models import Order
from shop.packing.attempts import claim
from shop.packing.batches import run_batch
from shop.packing.models import Packing
from shop.tenancy.models import Client, Membership, Project, User
from tests.factories import make_bare_order, make_order, make_project, make_token, make_user
from tests.packing import steps
from tests.packing.test_batches import SHIPPED, at, own_step, states

__all__ = ["own_step"]  # a fixture
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_step"),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]


def claim_for_two_workers(orders: list[tuple[Order, Order]]) -> list[list[Packing]]:
    """The claims of two workers: one of the first of each pair, one of the second."""
    return [claim([order.pk for order in mine]) for mine in zip(*orders, strict=True)]


def pack_at_once(claims: list[list[Packing]]) -> list[int]:
    """Pack each claim in a thread of its own; they meet within their first order, unless one waits.

    Returns an item for each beat.
    """
    met, begun, beats = threading.Barrier(2), threading.local(), list[int]()

    def meet(order: Order) -> None:
        if not getattr(begun, "already", False):
            begun.already = True
            with suppress(threading.BrokenBarrierError):
                met.wait(0.5)

    def work(records: list[Packing]) -> None:
        try:
            run_batch(records, lambda: beats.append(1))
        finally:
            connection.close()

    steps.done[:] = [meet]
    threads = [threading.Thread(target=work, args=[records]) for records in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return beats


def order_of(email: str, project: Project | None = None) -> Order:
    """An order of a user, for a project of its own or for another seat in `project`."""
    if project is None:
        return make_order(user_email=email)
    admin = project.client.client_admin
    seat = {"client_id": project.client.pk, "project_id": project.pk}
    return make_bare_order("m", **seat, user_email=email, admin_user_access_token=make_token(admin))


def test_two_batches_for_the_same_users_pack_each_order_once() -> None:
    known = [make_user(email=f"{name}@example.com").email for name in ("anna", "bert")]
    emails = [*known, "new@example.com"]
    # Claimed in opposite directions.
    pairs = [(order_of(one), order_of(two)) for one, two in zip(emails, emails[::-1], strict=True)]
    pack_at_once(claim_for_two_workers(pairs))
    assert states() == ["packed"] * 6
    assert User.objects.count() == 3
    assert [model.objects.count() for model in (Client, Project, Membership)] == [6, 6, 6]
    assert set(Packing.objects.values_list("attempts", "alone")) == {(1, False)}
    assert all(at(order) == [*SHIPPED, "do"] for pair in pairs for order in pair)


def test_two_batches_that_need_rows_of_each_other_pack_each_order_once() -> None:
    """Sorted by project, each holds the user that the other needs next: a deadlock."""
    one, two = sorted((make_project("m"), make_project("m")), key=lambda project: project.pk)
    anna, bert = (make_user(email=f"{name}@example.com").email for name in ("anna", "bert"))
    pairs = [(order_of(anna), order_of(bert)), (order_of(bert, one), order_of(anna, two))]
    beats = pack_at_once(claim_for_two_workers(pairs))
    # One for each batch; the others are of orders that were undone.
    assert len(beats) > 2
    assert states() == ["packed"] * 4
    seats = Membership.objects.filter(project__in=[one, two])
    assert set(seats.values_list("user__email", "project")) == {(bert, one.pk), (anna, two.pk)}
    assert Membership.objects.count() == 4
    assert set(Packing.objects.values_list("attempts", "last_error")) == {(1, "")}
    assert all(at(order) == [*SHIPPED, "do"] for pair in pairs for order in pair)
