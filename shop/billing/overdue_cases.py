"""Clients who have not paid after the third reminder: staff decide, nothing closes by itself."""

from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.billing.reminder_rows import OverdueCase, Reminder
from shop.row_locks import lock_rows
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.closing import close_client, reopen_client
from shop.tenancy.models import Client, User

LAST_LEVEL = 3
Decision = OverdueCase.Decision


def open_cases() -> QuerySet[OverdueCase]:
    """Cases that staff have to look at: those they wait for come back after that day."""
    waits = Q(decision=Decision.WAIT, wait_until__gte=timezone.localdate())
    return OverdueCase.objects.filter(resolved_at=None).exclude(waits).select_related("client")


def open_case(client: Client, day: date) -> None:
    """List a client for staff, unless they are listed."""
    OverdueCase.objects.bulk_create(
        [OverdueCase(client=client, opened_on=day)], ignore_conflicts=True
    )


def wait(case: OverdueCase, by: User, until: date) -> bool:
    """Send no reminders to the client until a day is over; False where the case is resolved."""
    return _decide(case, by, Decision.WAIT, wait_until=until)


def exempt(case: OverdueCase, by: User) -> bool:
    """Send the client no reminders any more, which resolves the case; False where it is already.

    A client that was closed is opened again.
    """
    with transaction.atomic():
        if not _decide(case, by, Decision.EXEMPT, resolved_at=timezone.now()):
            return False
        BillingProfile.objects.filter(client=case.client_id).update(reminders_exempt=True)
        reopen_client(case.client)
    return True


def close_for_members(case: OverdueCase, by: User) -> bool:
    """Close the client for its members but the client_admin, who is told; it can be undone."""
    with transaction.atomic():
        if not lock_rows(OverdueCase.objects.filter(pk=case.pk, resolved_at=None)):
            return False
        return close_client(case.client) and _decide(case, by, Decision.CLOSED)


def reopen(case: OverdueCase, by: User) -> bool:
    """Open the client for its members again; False where it is open."""
    with transaction.atomic():
        if not reopen_client(case.client):
            return False
        OverdueCase.objects.filter(pk=case.pk).update(
            decision="", decided_by=by, decided_at=timezone.now()
        )
    return True


def resolve_paid_cases() -> None:
    """Resolve the cases of clients who owe nothing of the third reminder any more.

    A client that was closed for it is opened again.
    """
    last = Reminder.objects.filter(level=LAST_LEVEL)
    owing = with_balance(Invoice.objects.filter(pk__in=last.values("invoice"))).filter(
        state="overdue"
    )
    owe = set(owing.values_list("client", flat=True))
    for case in OverdueCase.objects.filter(resolved_at=None).select_related("client"):
        if case.client_id in owe:
            continue
        with transaction.atomic():
            standing = OverdueCase.objects.filter(pk=case.pk, resolved_at=None)
            if standing.update(resolved_at=timezone.now()):
                reopen_client(case.client)


def _decide(case: OverdueCase, by: User, decision: OverdueCase.Decision, **fields: object) -> bool:
    standing = OverdueCase.objects.filter(pk=case.pk, resolved_at=None)
    fields = {"wait_until": None, **fields}
    return bool(
        standing.update(decision=decision, decided_by=by, decided_at=timezone.now(), **fields)
    )
