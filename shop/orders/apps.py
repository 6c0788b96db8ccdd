from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrdersConfig(AppConfig):
    """Orders listen to people who delete their account or change their names."""

    name = "shop.orders"

    def ready(self) -> None:
        from shop.orders import (  # noqa: F401 -- registers and connects
            checks,
            client_orders,
            order_billing,
            order_erasure,
            search_index,
        )
        from shop.orders.archive_triggers import create_missing_trigger
        from shop.orders.order_count_triggers import create_missing_triggers

        post_migrate.connect(create_missing_triggers, sender=self)
        post_migrate.connect(create_missing_trigger, sender=self)
