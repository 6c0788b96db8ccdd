"""Signal receivers: erase people from texts; count a new factor as used; log what owners did."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from portal.backoffice.audit_log import Act, record
from portal.backoffice.clients.client_notes import erase_from_notes, redact_client_notes
from portal.backoffice.exports import background_exports  # noqa: F401 -- connects its receiver
from portal.backoffice.failures.incident_notes import redact_notes
from portal.backoffice.models import BulkJob, Export
from portal.backoffice.queue import orders_in_jobs  # noqa: F401 -- the same
from portal.backoffice.queue.saved_view import SavedView
from shop.access.models import Application
from shop.access.owner_acts import OwnerAct, owner_acted
from shop.orders.models import Order
from shop.orders.order_erasure import orders_erased, redact
from shop.tenancy.erasure import address_erased, user_erased
from shop.tenancy.mfa import APP, PASSKEY
from shop.tenancy.models import User


@receiver([user_erased, address_erased])
def erase_searches(sender: type[User], emails: frozenset[str], **kwargs: Any) -> None:
    """Remove the person's e-mail addresses from the search texts of exports and saved views."""
    for email in emails:
        text = urlencode({"q": email})[2:]
        for export in Export.objects.filter(filter__icontains=text):
            kept = _without_search(export.filter)
            Export.objects.filter(pk=export.pk).update(filter=kept)
        for view in SavedView.objects.filter(query__icontains=text):
            SavedView.objects.filter(pk=view.pk).update(query=_without_search(view.query))
        for view in SavedView.objects.filter(name__icontains=email):
            SavedView.objects.filter(pk=view.pk).update(name=redact(view.name, [email]))


def _without_search(query: str) -> str:
    asked = QueryDict(query, mutable=True)
    asked["q"] = "…"
    return asked.urlencode()


@receiver(user_erased)
def erase_notes(sender: type[User], user: User, emails: frozenset[str], **kwargs: Any) -> None:
    """Take the person's names out of the notes about their clients."""
    erase_from_notes(user, emails)


@receiver(authenticator_added)
def count_new_factor(
    sender: type[Authenticator],
    request: HttpRequest,
    user: User,
    authenticator: Authenticator,
    **kwargs: Any,
) -> None:
    """Count a factor that staff have just set up as used: its code or key was checked for that."""
    if user.is_staff and authenticator.type in (APP, PASSKEY):
        record_authentication(request, user, method="mfa", reauthenticated=True)


@receiver(orders_erased)
def erase_names_from_notes(
    sender: type[Order], orders: list[int], names: set[str], **kwargs: Any
) -> None:
    """Take the names of erased people out of what staff wrote about failures, clients and orders."""
    redact_notes(names)
    clients = Order.objects.filter(pk__in=orders).exclude(delivered_client=None)
    redact_client_notes(clients.values("delivered_client"), names)
    for job in BulkJob.objects.filter(items__order__in=orders).exclude(reason="").distinct():
        BulkJob.objects.filter(pk=job.pk).update(reason=redact(job.reason, names))


@receiver(owner_acted)
def log_owners_act(
    sender: type[Application],
    application: Application,
    user: User,
    act: OwnerAct,
    note: str,
    **kwargs: Any,
) -> None:
    """Show in the history of an application what its owner did to its credentials."""
    record(user, application, Act(act.value), note)
