"""Clients that hold the account of somebody who wishes to leave, and the ways out."""

from dataclasses import dataclass

from django.utils import timezone

from shop.billing.models import Subscription
from shop.billing.open_invoices import Open, open_invoices
from shop.orders.client_orders import orders_under_way
from shop.tenancy.appointment_requests import open_requests
from shop.tenancy.client_admins import successors
from shop.tenancy.departure_rows import AppointmentRequest
from shop.tenancy.models import Client, Project, User
from shop.tenancy.needed_clients import Need, needed_clients


@dataclass(frozen=True)
class HeldClient:
    """A client that still needs its client_admin, with all that it needs them for."""

    client: Client
    needs: list[Need]
    running: list[Subscription]
    under_way: int  # orders
    exporting: list[Project]
    owed: list[Open]
    can_hand_over: bool
    projects: list[Project]  # to invite somebody to
    request: AppointmentRequest | None

    @property
    def is_being_ended(self) -> bool:
        """Tell whether a contract has ended, and the steps of its end are not done."""
        return Need.RUNNING in self.needs and not self.running

    @property
    def waits_for_invoice(self) -> bool:
        """Tell whether something is owed that is not invoiced yet."""
        return Need.OWED in self.needs and not self.owed


def held_clients(user: User) -> list[HeldClient]:
    """Return the clients that hold the account of `user`, by name."""
    needed = needed_clients(user)
    owed = open_invoices(client for client, _needs in needed)
    return [_held(client, needs, owed[client.pk]) for client, needs in needed]


def _held(client: Client, needs: list[Need], owed: list[Open]) -> HeldClient:
    running = Subscription.objects.filter(client=client, ended_at=None)
    projects = Project.objects.filter(client=client)
    exporting = projects.filter(export_until__gte=timezone.localdate(), erased_at=None)
    return HeldClient(
        client=client,
        needs=needs,
        running=list(running.select_related("project", "product", "order").order_by("pk")),
        under_way=orders_under_way(client).count(),
        exporting=list(exporting.order_by("name", "pk")),
        owed=owed,
        can_hand_over=successors(client).exists(),
        projects=list(projects.filter(closed_at=None).order_by("name", "pk")),
        request=open_requests().filter(client=client).first(),
    )
