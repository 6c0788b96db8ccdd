"""The member's home, and how they come to their first passkey."""

from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.tenancy.factors import has_second_factor, may_recover_by_mail
from shop.tenancy.models import Client, Membership, User


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]  # allauth is not typed
    """allauth's, but whoever has just joined by it is home then."""

    def get_success_url(self) -> str:
        """The recovery codes, which ask who one is; home for those whom a mailed code helps."""
        if may_recover_by_mail(self.request.user):
            return reverse("portal")
        url: str = super().get_success_url()
        return url


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
