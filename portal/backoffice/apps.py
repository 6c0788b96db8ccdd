from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """The staff's desk; connects the receiver that erases searches."""

    name = "portal.backoffice"

    def ready(self) -> None:
        from portal.backoffice import receivers  # noqa: F401 -- connects the receiver
