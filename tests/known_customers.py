"""A customer of whom everything is known: a company, who is billed, and consent to the terms."""

from django.utils import timezone

from shop.content.publishing import newest
from shop.tenancy.models import Invitation, User
from tests.factories import make_client, make_membership, make_profile, make_project, make_user


def known_customer() -> User:
    """A client_admin who has joined their first project under the terms of today."""
    admin = make_user()
    client = make_client(client_admin=admin)
    make_profile(client)
    membership = make_membership(user=admin, project=make_project(client=client))
    Invitation.objects.create(membership=membership, used_at=timezone.now(), terms=newest("terms"))
    return admin
