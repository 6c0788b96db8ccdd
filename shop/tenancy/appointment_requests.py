"""Requests of client_admins that staff appoint somebody else in their place."""

from django.db.models import QuerySet

from shop.tenancy.client_admins import administering
from shop.tenancy.departure_rows import AppointmentRequest
from shop.tenancy.models import Client, User


def ask_to_appoint(client: Client, admin: User, note: str) -> bool:
    """Ask staff to appoint somebody else; False where that was asked already.

    Raises NotClientAdminError.
    """
    with administering(client, admin):
        if open_requests().filter(client=client).exists():
            return False
        AppointmentRequest.objects.create(client=client, asked_by=admin, note=note)
    return True


def open_requests() -> QuerySet[AppointmentRequest]:
    """Return the requests that staff have not dealt with."""
    return AppointmentRequest.objects.filter(done_at=None)
