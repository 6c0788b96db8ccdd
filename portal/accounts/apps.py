"""Accounts as a Django app."""

from django.apps import AppConfig
from django.http import HttpRequest, HttpResponse, JsonResponse

from shop.errors import SENTENCES, register_error_shape

ERRORS = {500: "server_error", 503: "temporarily_unavailable"}


class AccountsConfig(AppConfig):
    """Connects the receivers, and answers errors to programs of OAuth 2 in its shape."""

    name = "portal.accounts"

    def ready(self) -> None:
        from portal.accounts import receivers  # noqa: F401 -- connects the receiver

        register_error_shape(r"/oauth/(token|revoke)\Z", _oauth_error)


def _oauth_error(
    request: HttpRequest, status: int, error: BaseException | None
) -> HttpResponse | None:
    body = {"error": ERRORS.get(status, "invalid_request"), "error_description": SENTENCES[status]}
    return JsonResponse(body, status=status)
