"""Seller, users, client and tokens of the demo: created once, printed at every start."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.accounts.demo_texts import SELLER, fill_in_texts
from shop.access.applications import create_application
from shop.access.models import Application
from shop.access.signing_secrets import rotate, signing_secrets
from shop.access.tokens import SCOPES, issue
from shop.catalogue.models import Product, Promotion
from shop.catalogue.seller import Seller
from shop.content.demo_proof import add_demo_proof
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Membership, Project, User

STAFF = ("staff@example.com", "slate-and-tally-staff")
CUSTOMER = ("customer@example.com", "slate-and-tally-customer")
PARTNER = ("partner@example.com", "slate-and-tally-partner")
PARTNER_TOKEN = "example-token"  # noqa: S105 -- printed in the contract, refused outside the demo
ADMIN_TOKEN = "example-admin-token"  # noqa: S105 -- likewise
LIMITED_TOKEN = "example-limited-token"  # noqa: S105 -- likewise
FEW_CALLS = (1, 5)  # a second, and at once: a partner's program soon meets 429
REDIRECT_URI = "https://partner.example/back"  # of the examples in the guide
PROMO_CODE = "PREMIERE"
BILLING = {
    "company": "Beispielfilm GmbH",
    "name": "Kim Kunde",
    "street": "Baaderstraße 12",
    "postal_code": "80469",
    "city": "München",
    "country": "DE",
    "email": "customer@example.com",
}
MONTHS_OF_A_YEAR = 10  # a year costs as much as ten months


class Command(BaseCommand):
    """`manage.py demo_data`, for the demo profile only."""

    help = "Makes the demo profile's seller, users, client and tokens, and prints the sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the missing rows; print sign-ins and tokens, one per line."""
        if not settings.DEMO:
            raise CommandError("Demo data is for the demo profile: start it with DEMO=1.")
        with transaction.atomic():
            _person(*STAFF, first_name="Sten", last_name="Stab", is_staff=True, is_superuser=True)
            customer = _person(*CUSTOMER, first_name="Kim", last_name="Kunde")
            _client_of(customer)
            _sell()
            fill_in_texts()
            add_demo_proof()
            partner = _person(*PARTNER, first_name="Pia", last_name="Partner")
            application = _tokens(partner, customer)
            reduction = {"name": "PREMIERE", "percent": 10}
            Promotion.objects.get_or_create(code=PROMO_CODE, defaults=reduction)
            secret = (signing_secrets(application) or [rotate(application)])[0]
        lines = (
            "Sign-ins (e-mail, password):",
            " ".join(STAFF),
            " ".join(CUSTOMER),
            " ".join(PARTNER),
            "API tokens (a partner's, the customer's, one with low rate limits):",
            PARTNER_TOKEN,
            ADMIN_TOKEN,
            LIMITED_TOKEN,
            "Signing secret of the partner's webhooks:",
            secret,
        )
        self.stdout.write("\n".join(lines))


def _person(email: str, password: str, **fields: Any) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        fields |= {"demo": True, "joined_at": timezone.now()}
        user = User.objects.create_user(email, password, **fields)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _client_of(customer: User) -> None:
    if Client.objects.filter(client_admin=customer).exists():
        return
    client = Client.objects.create(name="Beispielfilm GmbH", client_admin=customer)
    tier = Product.objects.get(code="s")
    project = Project.objects.create(client=client, name="Der erste Dreh", product=tier)
    role, now = Membership.Role.ADMIN, timezone.now()
    Membership.objects.create(user=customer, project=project, role=role, joined_at=now)
    BillingProfile.objects.create(client=client, **BILLING)


def _sell() -> None:
    """Fill in the seller and the yearly prices; once, as staff of the demo may change both."""
    if Seller.objects.filter(pk=1).exclude(legal_name="").exists():
        return
    Seller.objects.update_or_create(pk=1, defaults=SELLER)
    paid = Product.objects.filter(net_cents__gt=0, yearly_net_cents=None)
    paid.update(yearly_net_cents=MONTHS_OF_A_YEAR * F("net_cents"))


def _tokens(partner: User, customer: User) -> Application:
    """Issue what is missing of the demo's tokens; return the partner's application."""
    application = _application(partner, "Example partner", PARTNER_TOKEN)
    _application(partner, "Limited demo application", LIMITED_TOKEN, FEW_CALLS)
    if not Token.objects.by_value(ADMIN_TOKEN).exists():
        # All scopes, although endpoints are an application's alone: so `webhooks` can be tried.
        issue("Demo", holder=customer, scopes=SCOPES, value=ADMIN_TOKEN)
    return application


def _application(
    owner: User,
    name: str,
    value: str,
    limit: tuple[int, int] | tuple[None, None] = (None, None),
) -> Application:
    """Return the application of the token `value`; it and its token are created once.

    One without an owner, as the version before has made it, gets `owner`.
    """
    held = Application.objects.filter(
        oauth_client__in=Token.objects.by_value(value).values("client")
    )
    if found := held.first():
        OAuthClient.objects.filter(application=found, owner=None).update(owner=owner)
        return found
    application = Application.objects.filter(demo=True, name=name).first()
    if application is None:
        rate, burst = limit
        application, _secret = create_application(
            name, owner=owner, redirect_uris=[REDIRECT_URI], rate=rate, burst=burst, demo=True
        )
    issue("Demo", holder=application, value=value)
    return application
