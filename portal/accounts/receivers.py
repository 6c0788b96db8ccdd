"""Receivers of sign-ins and of resets of the password."""

import time

from allauth.account.signals import password_reset
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from portal.accounts import staff_sessions, tokens
from shop.tenancy.models import User


@receiver(user_logged_in)
def begin_staff_session(request: HttpRequest, user: User, **kwargs: object) -> None:
    """Note when a session of staff began."""
    if user.is_staff:
        staff_sessions.begin(request, user)


@receiver(password_reset)
def remember_reset(request: HttpRequest, user: User, **kwargs: object) -> None:
    """Let the next page name the tokens that outlive the password, and end them."""
    request.session[tokens.RESET] = [user.pk, time.time()]
