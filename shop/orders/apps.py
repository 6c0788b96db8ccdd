from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders listen to people who delete their account or change their names."""

    name = "shop.orders"

    def ready(self) -> None:
        from shop.orders import (  # noqa: F401 -- registers and connects
            checks,
            order_erasure,
            search_index,
        )
