"""Reset the second factors of a user who has lost them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shop.factor_removal import remove_factors
from shop.tenancy.email_addresses import user_by_email


class Command(BaseCommand):
    """`manage.py reset_factors EMAIL`; verify the user's identity yourself first."""

    help = "Takes away somebody's passkeys, app and recovery codes, signs them out, and tells them."
    requires_system_checks = ()  # `doctor` tells of what they find

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", help="the address they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete the factors and end all sessions. Raises CommandError with the reason why not."""
        user = user_by_email(options["email"])
        if user is None or not user.is_known:
            raise CommandError(f"There is no user {options['email']}.")
        if not remove_factors(user):
            raise CommandError(f"{user.email} has no second factor.")
        self.stdout.write(f"{user.email} now signs in without a second factor.")
