"""The first steps of a new client_admin, ticked as they are done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.project_cards import ProjectCard
from shop.tenancy.mfa import has_passkey
from shop.tenancy.models import User
from shop.tenancy.project_urls import project_url

SHOWN_FOR = timedelta(days=30)  # after joining


@dataclass(frozen=True)
class Step:
    """One of the steps: what it is good for, and the link to do it."""

    title: str
    text: str
    label: str
    url: str
    is_done: bool


def first_steps(user: User, cards: Sequence[ProjectCard]) -> list[Step]:
    """Return the steps of a client_admin who has joined lately; none once they were hidden."""
    is_new = user.joined_at is not None and user.joined_at > timezone.now() - SHOWN_FOR
    own = [card for card in cards if card.is_run_by_member and card.is_open]
    if not own or not is_new or user.first_steps_hidden_at:
        return []
    project = own[0].project
    steps = []
    if project_url(project):
        steps.append(
            Step(
                title=_("Open your project"),
                text=_("Your workspace is ready."),
                label=_("Open project"),
                url=reverse("portal_open_project", args=[project.pk]),
                is_done=any(card.membership.opened_at for card in own),
            )
        )
    return [
        *steps,
        Step(
            title=_("Invite your team"),
            text=_("All you need is their e-mail address. We'll send them a link to join."),
            label=_("Invite a member"),
            url=reverse("portal_invite", args=[project.pk]),
            is_done=any(card.taken > 1 for card in own),
        ),
        Step(
            title=_("Add a passkey"),
            text=_("Sign in with your fingerprint, face or screen lock instead of a password."),
            label=_("Add a passkey"),
            url=reverse("mfa_add_webauthn"),
            is_done=has_passkey(user),
        ),
    ]
