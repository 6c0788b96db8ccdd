"""The room as a Django app."""

from django.apps import AppConfig


class PackingConfig(AppConfig):
    """Packing listens to changes of state."""

    name = "shop.packing"

    def ready(self) -> None:
        from shop.packing import checks, forgetting, receivers  # noqa: F401 -- connects them
