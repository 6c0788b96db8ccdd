"""What follows from signing in."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from portal.accounts import staff_sessions
from shop.tenancy.models import User


@receiver(user_logged_in)
def begin_staff_session(request: HttpRequest, user: User, **kwargs: object) -> None:
    """Note when a session of staff began."""
    if user.is_staff:
        staff_sessions.begin(request, user)
