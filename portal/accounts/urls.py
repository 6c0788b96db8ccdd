"""Sign-in (allauth), without its sign-up: members come by invitation."""

from allauth.account import urls as account_urls
from allauth.mfa.base.views import authenticate
from django.urls import URLPattern, include, path

urlpatterns = [
    # Who has a second factor is asked for it.
    path("2fa/authenticate/", authenticate, name="mfa_authenticate"),
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
