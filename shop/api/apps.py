"""The Orders API as a Django app."""

from django.apps import AppConfig

from shop.errors import FAULTS, register_error_shape


class ApiConfig(AppConfig):
    """Connects the receivers and answers errors under `/api` in the envelope."""

    name = "shop.api"

    def ready(self) -> None:
        from shop.api import receivers  # noqa: F401 -- connects the receiver
        from shop.api.responses import failure

        register_error_shape(
            r"/api(/|$)", lambda _request, status, _error: failure(status, FAULTS[status])
        )
