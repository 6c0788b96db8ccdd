"""The page of a subscription: plan, price, next invoice, invoices and history."""

from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.accounts import member_access as access
from portal.accounts.subscription_costs import cost_of
from portal.accounts.subscription_history import history
from shop.billing.balances import with_balance
from shop.billing.contract_cancellation import can_take_back
from shop.billing.models import Invoice, Subscription
from shop.billing.next_invoices import change_under_way
from shop.catalogue.seller import current_seller
from shop.orders.buyers import vat_of
from shop.tenancy.models import Membership

SHOWN = 12  # invoices
RELATED = ("client__client_admin", "project", "product", "order")


@access.member_required
@require_safe
def subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a subscription: all of it to the client_admin, the plan to other members."""
    user = access.member(request)
    member_of = Membership.objects.filter(
        user=user,
        joined_at__isnull=False,
        project__client__closed_at=None,
        project__closed_at=None,
    )
    seen = Q(client__client_admin=user) | Q(project__in=member_of.values("project"))
    found = get_object_or_404(
        Subscription.objects.filter(seen).select_related(*RELATED).distinct(), pk=pk
    )
    context = {
        "subscription": found,
        "project": found.project,
        "taken": Membership.objects.filter(project=found.project_id).count(),
    }
    if found.client.client_admin_id != user.pk:
        return render(request, "accounts/plan.html", context)
    return render(request, "accounts/subscription.html", context | _all_of(found))


def administered(request: HttpRequest, pk: int) -> Subscription:
    """Return a subscription whose client the member administers. Raises Http404."""
    theirs = Subscription.objects.filter(client__client_admin=access.member(request))
    return get_object_or_404(theirs.select_related(*RELATED), pk=pk)


def contract_of(project: str) -> Subquery:
    """Return a subquery of the newest subscription's number, by the column that names the project."""
    found = Subscription.objects.filter(project=OuterRef(project)).order_by("-pk")
    return Subquery(found.values("pk")[:1])


def _all_of(found: Subscription) -> dict[str, Any]:
    issued = with_balance(Invoice.objects.filter(subscription=found)).select_related("corrects")
    invoices = list(issued.order_by("-issued_on", "-pk")[: SHOWN + 1])
    vat = vat_of(None, found.client_id)
    return {
        "client": found.client,
        "cost": cost_of(found, vat, current_seller()),
        "change": change_under_way(found),
        "can_take_back": can_take_back(found),
        "invoices": invoices[:SHOWN],
        "has_more_invoices": len(invoices) > SHOWN,
        "history": history(found),
    }
