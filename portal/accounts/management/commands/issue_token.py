"""Issue a long-lived token on the command line; its value is printed once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shop.access.models import Application
from shop.access.tokens import PERSONAL_SCOPES, SCOPES, issue, may_act
from shop.notifications.emails.queue import queue_security_notice
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import User


class Command(BaseCommand):
    """`manage.py issue_token NAME --application … | --user EMAIL [--scopes …] [--days N]`."""

    help = "Issues a long-lived API token and prints its value, this once."
    requires_system_checks = ()  # `doctor` tells of what they find

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name", help="where it is used, to tell it from others")
        holder = parser.add_mutually_exclusive_group(required=True)
        holder.add_argument("--application", help="name or client id of a partner's application")
        holder.add_argument("--user", metavar="EMAIL", help="the user it is for")
        parser.add_argument("--scopes", nargs="+", choices=SCOPES, help="default: all that may be")
        parser.add_argument("--days", type=int, help="how long it is valid; default: for ever")

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue the token. Raises CommandError with the reason why not."""
        name, days = options["name"], options["days"]
        if not name.strip() or len(name) > 100:
            raise CommandError("The name must have 1 to 100 characters.")
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        holder: Application | User
        if options["application"]:
            holder = _application(options["application"])
            allowed = tuple(holder.oauth_client.get_scopes())
        else:
            holder, allowed = _user(options["user"]), PERSONAL_SCOPES
        scopes = tuple(options["scopes"] or allowed)
        if not set(scopes) <= set(allowed):
            raise CommandError(f"{_kind(holder)} may have no more than: {' '.join(allowed)}.")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        with transaction.atomic():
            value = issue(name, holder=holder, scopes=scopes, expires_at=expires_at)
            if isinstance(holder, User):
                queue_security_notice(holder, "token_made", holder.email, ip="")
        self.stdout.write(value)


def _application(named: str) -> Application:
    called = Q(name=named) | Q(oauth_client_id=named)
    found = Application.objects.select_related("oauth_client__owner").filter(called)
    if not settings.DEMO:
        found = found.filter(demo=False)
    if len(found) > 1:
        raise CommandError(f"Several applications are called {named}: give the client id.")
    if not found:
        raise CommandError(f"There is no application {named}.")
    if not may_act(found[0], found[0].oauth_client.owner):
        raise CommandError(f"The owner of {named} is not active.")
    return found[0]


def _user(email: str) -> User:
    user = user_by_email(email)
    if user is None or not user.is_known or not may_act(None, user):
        raise CommandError(f"There is no active user {email}.")
    return user


def _kind(holder: Application | User) -> str:
    return "A token of a user" if isinstance(holder, User) else "This application"
