"""The member's home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.member_access import clients_of, member, member_required, page_of
from shop.tenancy.mfa import has_second_factor
from shop.tenancy.models import Membership


@member_required
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """List the member's projects with client, tier and role, and the clients they administer."""
    user = member(request)
    memberships = (
        Membership.objects.filter(user=user, joined_at__isnull=False)
        .select_related("project__client", "project__product")
        .order_by("project__client__name", "project__name", "pk")
    )
    context = {
        "memberships": page_of(request, memberships),
        "clients": page_of(request, clients_of(user), "clients"),
        "signs_in_by_code_alone": not (user.has_usable_password() or has_second_factor(user)),
    }
    return render(request, "accounts/home.html", context)
