"""Decisions of staff about contracts: done, logged and told in one way."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from portal.backoffice.audit_log import Act, record
from portal.backoffice.staff_access import staff_user
from shop.billing.models import Subscription

FASTER = gettext_lazy("Somebody else was faster. This is the current state.")
RELATED = ("client__client_admin", "client__billing_profile", "project", "product", "order")


def find_subscription(pk: int) -> Subscription:
    """Return a subscription with what its pages show of it. Raises Http404."""
    return get_object_or_404(Subscription.objects.select_related(*RELATED), pk=pk)


def subscription_url(found: Subscription) -> str:
    """Return the URL of a subscription's page."""
    return reverse("staff_subscription", args=[found.pk])


def decide(
    request: HttpRequest,
    act: Callable[[], object],
    *,
    about: Model,
    what: Act,
    done: StrOrPromise,
    back: str,
    note: str = "",
    not_done: StrOrPromise = FASTER,
) -> HttpResponse:
    """Do `act`, log it in its transaction, and go back to a page.

    The page says what was `done`; where `act` returns nothing true, why it was `not_done`. `note`
    holds no personal data.
    """
    with transaction.atomic():
        won = act()
        if won:
            record(staff_user(request), about, what, note)
    if won:
        messages.success(request, done)
    else:
        messages.warning(request, not_done)
    return redirect(back)
