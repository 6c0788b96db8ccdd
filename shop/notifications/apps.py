"""The room as a Django app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Mail listens to changes of state."""

    name = "shop.notifications"

    def ready(self) -> None:
        from shop.notifications import erasure, receivers  # noqa: F401 -- connects them
