from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Tiers, promotion codes and the seller, with the check that the seller is complete."""

    name = "shop.catalogue"

    def ready(self) -> None:
        from shop.catalogue import checks  # noqa: F401 -- registers it
