from django.apps import AppConfig


class ContentConfig(AppConfig):
    """Legal pages and questions, with checks of texts: placeholders, compiled catalogues, an adopter's theme."""

    name = "shop.content"

    def ready(self) -> None:
        from shop import message_catalogues, theme_checks  # noqa: F401 -- register their checks
        from shop.content import checks  # noqa: F401 -- registers them
