"""The back office as a Django app."""

from django.apps import AppConfig

from shop.errors import register_error_shape


class BackofficeConfig(AppConfig):
    """Connects the receivers and tells staff whom to ask for a permission they lack."""

    name = "portal.backoffice"

    def ready(self) -> None:
        from portal.backoffice import receivers  # noqa: F401 -- connects the receiver
        from portal.backoffice.staff_access import forbidden_page

        register_error_shape("/staff/", forbidden_page)
