"""The Orders API as a Django app."""

from django.apps import AppConfig
from django.http import HttpRequest, HttpResponse

from shop.errors import SENTENCES, register_error_shape


class ApiConfig(AppConfig):
    """Connects the receivers and answers errors under `/api` in the envelope."""

    name = "shop.api"

    def ready(self) -> None:
        from shop.api import receivers  # noqa: F401 -- connects the receiver

        register_error_shape(r"/api(/|$)", _error)


def _error(request: HttpRequest, status: int, error: BaseException | None) -> HttpResponse:
    from shop.api.responses import failure

    return failure(status, SENTENCES[status])
