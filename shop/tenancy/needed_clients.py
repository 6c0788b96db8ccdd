"""Clients that still need their client_admin, who cannot be deleted as long (contract, "Who is who")."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.tenancy.models import Client, Membership, User
from shop.tenancy.signals import client_needed


class Need(models.TextChoices):
    """The reasons for which a client needs its client_admin."""

    RUNNING = "running", _("a contract runs")  # or its end is being carried out
    ORDER = "order", _("an order is under way")
    EXPORT = "export", _("data can still be exported")  # and that was not waived
    OWED = "owed", _("an invoice is open")


def needs_of(client: Client) -> list[Need]:
    """Return why `client` still needs its client_admin; nothing where it needs them no more."""
    told = client_needed.send(sender=Client, client=client)
    needs = {Need(each) for _receiver, given in told for each in given or ()}
    # Nobody has a place in what an order that was cancelled halfway has left behind.
    taken = Membership.objects.filter(project__client=client, project__closed_at=None)
    if taken.exists():
        needs.add(Need.RUNNING)
    return [need for need in Need if need in needs]


def needed_clients(user: User, among: int | None = None) -> list[tuple[Client, list[Need]]]:
    """Return the clients that need `user` as their client_admin, by name, each with the reasons.

    With `among`, only so many of the clients that they administer are looked at: each takes queries.
    """
    clients = Client.objects.filter(client_admin=user).order_by("name", "pk")[:among]
    found = ((client, needs_of(client)) for client in clients)
    return [(client, needs) for client, needs in found if needs]
