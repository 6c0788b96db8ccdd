"""The open order as a Django app."""

from django.apps import AppConfig
from django.http import HttpRequest, HttpResponse

from shop.errors import SENTENCES, register_error_shape


class OpenOrderConfig(AppConfig):
    """Answers errors under `/order` and `/orders` in the open order's shape."""

    name = "shop.open_order"

    def ready(self) -> None:
        register_error_shape(r"/orders?(/|$)", _error)


def _error(request: HttpRequest, status: int, error: BaseException | None) -> HttpResponse:
    from shop.open_order.envelope import ApiError, failure

    return failure(ApiError(status, SENTENCES[status]))
