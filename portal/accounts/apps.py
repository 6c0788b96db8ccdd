"""Accounts and OAuth as a Django app."""

from django.apps import AppConfig
from django.http import JsonResponse

from shop.errors import FAULTS, register_error_shape

OWN_WORDS = {413: "The body is too large."}  # forms have a limit of their own
# By RFC 6749, 5.2, and for what is not the program's fault by 4.1.2.1.
OAUTH_ERRORS = {500: "server_error", 503: "temporarily_unavailable"}


class AccountsConfig(AppConfig):
    """Connects the receivers, and answers errors to programs of OAuth 2 in its shape."""

    name = "portal.accounts"

    def ready(self) -> None:
        from portal.accounts import checks, receivers  # noqa: F401 -- connects them

        register_error_shape(
            r"/oauth/(?!authorize/?$)",  # that one is a page for people
            lambda _request, status, _error: JsonResponse(
                {
                    "error": OAUTH_ERRORS.get(status, "invalid_request"),
                    "error_description": OWN_WORDS.get(status) or FAULTS[status].sentence,
                },
                status=status,
                headers={"Cache-Control": "no-store"},
            ),
        )
