"""The room as a Django app."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    """Texts are checked for what is still to be filled in."""

    name = "shop.content"

    def ready(self) -> None:
        from shop.content import checks  # noqa: F401 -- registers them
