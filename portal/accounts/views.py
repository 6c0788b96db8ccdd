"""View for adding a passkey."""

from allauth.mfa.webauthn.views import AddWebAuthnView
from django.urls import reverse

from shop.tenancy.mfa import may_recover_by_mail


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]  # allauth is not typed
    """allauth's view; members who have just joined continue at their home page."""

    def get_success_url(self) -> str:
        """Return the URL of the recovery codes; of the home page for members who need none."""
        if may_recover_by_mail(self.request.user):
            return reverse("portal")
        url: str = super().get_success_url()
        return url
