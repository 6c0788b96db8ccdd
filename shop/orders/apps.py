from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders listen to people who delete their account."""

    name = "shop.orders"

    def ready(self) -> None:
        from shop.orders import checks, order_erasure  # noqa: F401 -- registers and connects
