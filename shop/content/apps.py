from django.apps import AppConfig


class ContentConfig(AppConfig):
    """Legal pages and questions, with a check for placeholders left in them."""

    name = "shop.content"

    def ready(self) -> None:
        from shop.content import checks  # noqa: F401 -- registers them
