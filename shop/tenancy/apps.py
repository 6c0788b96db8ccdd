"""Clients, projects and users as a Django app."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Connects the receivers of the room's own signals, and of Django's."""

    name = "shop.tenancy"

    def ready(self) -> None:
        # They connect receivers.
        from shop.tenancy import billing_data, name_index, receivers  # noqa: F401
