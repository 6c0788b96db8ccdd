from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    name = "shop.billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shop.billing import (  # noqa: F401 -- register
            file_receivers,
            orders_needed,
            payment_providers,
            receivers,
            written_reasons,
        )
        from shop.billing.keeping_triggers import create_missing_triggers

        post_migrate.connect(create_missing_triggers, sender=self)
