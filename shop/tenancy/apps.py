"""Clients, projects and users as a Django app."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Connects the receiver that keeps the log of users who have acted."""

    name = "shop.tenancy"

    def ready(self) -> None:
        from shop.tenancy import receivers  # noqa: F401 -- connects the receiver
