"""The room for those who run the shop: setting up, checking, backups, archiving."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "shop.operations"
    label = "operations"

    def ready(self) -> None:
        """Register the check of the support address, and the line about backups on staff's page."""
        from portal.backoffice.reports.health_lines import more_system_lines
        from shop import support  # noqa: F401 -- registers its check
        from shop.operations.backup_health import backup_line

        more_system_lines.append(backup_line)
