"""Sign-in (allauth), without its sign-up: members come by invitation."""

from allauth.account import urls as account_urls
from django.urls import URLPattern, include, path

urlpatterns = [
    path(
        "",
        include(
            [
                pattern
                for pattern in account_urls.urlpatterns
                if isinstance(pattern, URLPattern) and pattern.name != "account_signup"
            ]
        ),
    )
]
