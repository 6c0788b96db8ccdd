"""Reset the second factors of a user who has lost them."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from shop.notifications.emails.queue import queue_security_notice
from shop.tenancy.email_addresses import user_by_email


class Command(BaseCommand):
    """`manage.py reset_factors EMAIL`; verify the user's identity yourself first."""

    help = "Takes away somebody's passkeys, app and recovery codes, signs them out, and tells them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", help="the address they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete the factors and end all sessions. Raises CommandError with the reason why not."""
        user = user_by_email(options["email"])
        if user is None or not user.is_known:
            raise CommandError(f"There is no user {options['email']}.")
        with transaction.atomic():
            factors = Authenticator.objects.filter(user=user)
            if not factors:
                raise CommandError(f"{user.email} has no second factor.")
            factors.delete()
            for session in UserSession.objects.filter(user=user):
                session.end()
            queue_security_notice(user, "factors_reset", user.email, ip="")
        self.stdout.write(f"{user.email} now signs in without a second factor.")
