"""How members come to their first passkey."""

from allauth.mfa.webauthn.views import AddWebAuthnView
from django.urls import reverse

from shop.tenancy.mfa import may_recover_by_mail


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]  # allauth is not typed
    """allauth's, but whoever has just joined by it is home then."""

    def get_success_url(self) -> str:
        """The recovery codes, which ask who one is; home for those whom a mailed code helps."""
        if may_recover_by_mail(self.request.user):
            return reverse("portal")
        url: str = super().get_success_url()
        return url
