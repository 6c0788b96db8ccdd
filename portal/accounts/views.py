"""The member's home."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.tenancy.factors import has_second_factor
from shop.tenancy.models import Client, Membership, User


@login_required
@never_cache
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """My projects with client, tier and role; the clients I administer."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- login_required saw to it
    memberships = (
        Membership.objects.filter(user=user, joined_at__isnull=False)
        .select_related("project__client", "project__product")
        .order_by("project__client__name", "project__name", "pk")
    )
    clients = Client.objects.filter(client_admin=user).order_by("name", "pk")
    context = {
        "memberships": memberships,
        "clients": clients,
        "signs_in_by_code_alone": not (user.has_usable_password() or has_second_factor(user)),
    }
    return render(request, "accounts/home.html", context)
