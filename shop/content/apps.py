from django.apps import AppConfig


class ContentConfig(AppConfig):
    """Legal pages and questions, with checks of texts: placeholders, compiled catalogues."""

    name = "shop.content"

    def ready(self) -> None:
        from shop import message_catalogues  # noqa: F401 -- registers its check
        from shop.content import checks  # noqa: F401 -- registers them
