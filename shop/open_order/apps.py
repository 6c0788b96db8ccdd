"""The open order as a Django app."""

from django.apps import AppConfig

from shop.errors import FAULTS, register_error_shape


class OpenOrderConfig(AppConfig):
    """Answers errors under `/order` and `/orders` in the open order's shape."""

    name = "shop.open_order"

    def ready(self) -> None:
        from shop.open_order.envelope import ApiError, failure

        register_error_shape(
            r"/orders?(/|$)",
            lambda _request, status, _error: failure(ApiError(status, FAULTS[status])),
        )
