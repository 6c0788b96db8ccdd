"""The room for those who run the shop: setting up, checking, backups, archiving."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "shop.operations"
    label = "operations"

    def ready(self) -> None:
        """Register what rooms below show of this one: a check, metrics, a line of the health page."""
        from portal.backoffice.reports.health_lines import more_system_lines
        from shop import support  # noqa: F401 -- registers its check
        from shop.metrics import register
        from shop.operations.backup_health import backup_line
        from shop.operations.backup_metrics import backup_metrics

        register(backup_metrics)
        more_system_lines.append(backup_line)
