from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "shop.billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shop.billing import file_receivers, receivers  # noqa: F401 -- registered by import
