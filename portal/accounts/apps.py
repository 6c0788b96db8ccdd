"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Connects the receivers."""

    name = "portal.accounts"

    def ready(self) -> None:
        from portal.accounts import receivers  # noqa: F401 -- connects the receiver
