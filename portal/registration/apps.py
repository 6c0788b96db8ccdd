"""The registration pages as a Django app."""

from django.apps import AppConfig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from shop.errors import register_error_shape


class RegistrationConfig(AppConfig):
    """Offers the way to an order on the page for a URL that does not exist."""

    name = "portal.registration"

    def ready(self) -> None:
        register_error_shape("", _not_found)


def _not_found(
    request: HttpRequest, status: int, error: BaseException | None
) -> HttpResponse | None:
    from portal.registration.forms import FindForm

    if status != 404:
        return None
    page = render_to_string("errors/404.html", {"form": FindForm()})
    return HttpResponse(page, status=404)
