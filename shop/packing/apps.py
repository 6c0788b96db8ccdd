"""Packing as a Django app: connects its checks and receivers."""

from django.apps import AppConfig


class PackingConfig(AppConfig):
    """Packing: the worker delivers orders, step by step."""

    name = "shop.packing"

    def ready(self) -> None:
        from shop.packing import (  # noqa: F401 -- connects them
            checks,
            orders_in_steps,
            receivers,
        )
