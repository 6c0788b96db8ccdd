"""URLs of allauth without its sign-up: members come by invitation."""

from allauth.account import urls as account_urls
from allauth.account.decorators import reauthentication_required
from allauth.account.views import password_set
from django.urls import URLPattern, include, path, re_path
from django.views.generic import RedirectView

from portal.accounts.tokens import password_reset_done
from portal.accounts.views import AddPasskeyView, PasskeySignInView, ResetPasswordView

to_security = RedirectView.as_view(pattern_name="mfa_index")

urlpatterns = [
    # One page shows passkeys and all other factors.
    path("2fa/webauthn/", to_security, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", PasskeySignInView.as_view(), name="mfa_login_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path(
        "password/reset/key/done/",
        password_reset_done,
        name="account_reset_password_from_key_done",
    ),
    # allauth itself lets anybody at an open browser set the first password.
    path("password/set/", reauthentication_required(password_set), name="account_set_password"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        ResetPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "",
        include(
            [
                pattern
                for pattern in account_urls.urlpatterns
                if isinstance(pattern, URLPattern) and pattern.name != "account_signup"
            ]
        ),
    ),
]
