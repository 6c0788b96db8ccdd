"""The back office as a Django app."""

from django.apps import AppConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shop.errors import register_error_shape


class BackofficeConfig(AppConfig):
    """Connects the receivers and tells staff whom to ask for a permission they lack."""

    name = "portal.backoffice"

    def ready(self) -> None:
        from portal.backoffice import receivers  # noqa: F401 -- connects the receiver

        register_error_shape("/staff/", _forbidden)


def _forbidden(
    request: HttpRequest, status: int, error: BaseException | None
) -> HttpResponse | None:
    from portal.backoffice.staff_access import superusers_to_ask

    if not isinstance(error, PermissionDenied) or not getattr(request.user, "is_staff", False):
        return None
    return render(
        request, "backoffice/forbidden.html", {"whom_to_ask": superusers_to_ask()}, status=403
    )
