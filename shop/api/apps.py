"""The orders API as a Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Connects the receiver that erases stored responses together with a user."""

    name = "shop.api"

    def ready(self) -> None:
        from shop.api import receivers  # noqa: F401 -- connects the receiver
