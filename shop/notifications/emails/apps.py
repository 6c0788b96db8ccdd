"""App configuration: connects the receivers when Django starts."""

from django.apps import AppConfig


class EmailsConfig(AppConfig):
    name = "shop.notifications.emails"

    def ready(self) -> None:
        from shop.notifications.emails import receivers  # noqa: F401 -- connects them
