"""The room as a Django app."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """For whom was searched goes with them."""

    name = "portal.backoffice"

    def ready(self) -> None:
        from portal.backoffice import receivers  # noqa: F401 -- connects the receiver
