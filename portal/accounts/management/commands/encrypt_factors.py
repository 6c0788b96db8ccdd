"""Encrypt stored second factors under FACTOR_KEY."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.accounts.factor_encryption import UnknownKeyError, encrypt_stored, outdated_secrets


class Command(BaseCommand):
    """`manage.py encrypt_factors`; the worker does the same every hour."""

    help = (
        "Encrypts what authenticator apps and recovery codes are made from under FACTOR_KEY, and says "
        "whether FACTOR_KEY_FALLBACKS can be removed."
    )
    requires_system_checks = ()  # `doctor` tells of what they find

    def handle(self, *args: Any, **options: Any) -> None:
        """Encrypt what is not yet. Raises CommandError without a key, and for unknown keys."""
        if not settings.FACTOR_KEY:
            raise CommandError("FACTOR_KEY is not set.")
        try:
            changed = encrypt_stored()
        except UnknownKeyError as error:
            raise CommandError(str(error)) from None
        left = outdated_secrets()
        self.stdout.write(f"{changed} encrypted, {left} left.")
        if not left and settings.FACTOR_KEY_FALLBACKS:
            self.stdout.write("FACTOR_KEY_FALLBACKS can be removed.")
