"""Invitations to accept, the member's data, and allauth's views with our changes."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.account.views import PasswordResetFromKeyView
from allauth.decorators import rate_limit
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import member_access as access
from portal.accounts.forms import ResetLinkForm
from portal.accounts.home_page import acceptable
from shop.access.tokens import live_tokens_of, programs_of
from shop.data_export import export
from shop.tenancy.departure_rows import DeletionWish
from shop.tenancy.joining import join_as_known
from shop.tenancy.mfa import may_recover_by_mail
from shop.theme import download_name
from shop.typed_text import isolated


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]  # allauth is not typed
    """allauth's view; members who have just joined continue at their home page."""

    def get_success_url(self) -> str:
        """Return the URL of the recovery codes; of the home page for members who need none."""
        on_the_way = may_recover_by_mail(self.request.user)
        return reverse("portal") if on_the_way else str(super().get_success_url())


class PasskeySignInView(LoginWebAuthnView):  # type: ignore[misc]  # allauth is not typed
    """allauth's view; the challenge, which each look at the sign-in page asks for, soon ends."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the challenge. The session that holds it alone ends with it."""
        is_new = request.session.is_empty()
        response: HttpResponse = super().get(request, *args, **kwargs)
        if is_new and request.session.modified:
            request.session.set_expiry(settings.CODE_SECONDS)
        return response


@method_decorator(never_cache, name="dispatch")
@method_decorator(rate_limit(action="reset_password_from_key"), name="dispatch")
class ResetPasswordView(PasswordResetFromKeyView):  # type: ignore[misc]  # allauth is not typed
    """allauth's view, but the link stays as it was mailed until a new password is set.

    allauth moves the token into the session of whoever opens the link first, and redirects. That
    may be a mail gateway, which hands the address it was led to on to the reader's browser.
    Who has set a password is signed in, as after a mailed code; a second factor is still asked for.
    """

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **kwargs: Any) -> HttpResponse:
        """Show the form, or set the password, at the URL that holds the token."""
        self.key = key
        link = ResetLinkForm(data={"uidb36": uidb36, "key": key})
        if link.is_valid():
            self.reset_user = link.reset_user
            if request.user.is_authenticated and request.user != link.reset_user:
                self.logout()
            # Past allauth's own dispatch, which redirects.
            response: HttpResponse = super(PasswordResetFromKeyView, self).dispatch(
                request, uidb36, key
            )
        else:
            self.reset_user = None
            response = self.render_to_response(self.get_context_data(token_fail=True))
        response["Referrer-Policy"] = "no-referrer"
        return response

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Set the password, sign in, and name the programs that can still act for the member."""
        user = self.reset_user
        # Signing in would drop the session of the old password, with what is noted in it now.
        logout(self.request)
        super().form_valid(form)
        record_authentication(self.request, user, method="password_reset")
        outlives = live_tokens_of(user).exists() or programs_of(user).exists()
        way_on = "account_reset_password_from_key_done" if outlives else "portal"
        answer: HttpResponse = perform_login(self.request, user, redirect_url=reverse(way_on))
        return answer


@access.member_required
@require_POST
def accept_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Join the project of one invitation; until then, nobody there learns the member's name."""
    found = acceptable(access.member(request)).filter(pk=pk).first()
    if found and join_as_known(found):
        text = _("Welcome to %(project)s.")
        messages.success(request, text % {"project": isolated(found.membership.project.name)})
    else:
        messages.warning(request, _("This invitation is no longer open."))
    return redirect("portal")


@access.member_required
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Offer to export the data or to delete the account."""
    context = {"wish": DeletionWish.objects.filter(user=access.member(request)).first()}
    return render(request, "accounts/my_data.html", context)


@access.recent_login_required
@require_safe
def export_data(request: HttpRequest) -> HttpResponse:
    """Download all data of the member as JSON."""
    return JsonResponse(
        export(access.member(request)),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{download_name("my-data.json")}"'},
    )
