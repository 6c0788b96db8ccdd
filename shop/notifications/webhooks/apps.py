"""App configuration: connects the receivers when Django starts."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "shop.notifications.webhooks"

    def ready(self) -> None:
        from shop.notifications.webhooks import receivers  # noqa: F401 -- connects them
