"""The room as a Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Kept answers go with the person they tell of."""

    name = "shop.api"

    def ready(self) -> None:
        from shop.api import receivers  # noqa: F401 -- connects the receiver
