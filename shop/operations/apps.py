"""The room for those who run the shop: setting up, checking, backups, archiving."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "shop.operations"
    label = "operations"

    def ready(self) -> None:
        from shop import support  # noqa: F401 -- registers its check
        from shop.metrics import register
        from shop.operations.backup_metrics import backup_metrics

        register(backup_metrics)
