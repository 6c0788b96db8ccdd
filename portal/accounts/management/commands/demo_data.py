"""Seller, users, client and tokens of the demo: created once, printed at every start."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.access.applications import create_application
from shop.access.models import Application
from shop.access.signing_secrets import rotate, signing_secrets
from shop.access.tokens import issue
from shop.catalogue.models import Product, Promotion
from shop.catalogue.seller import Seller
from shop.content.demo_proof import add_demo_proof
from shop.content.models import Page, Question
from shop.content.publishing import TEXTS, newest, publish
from shop.content.shown_pages import FOR_PRIVATE_PERSONS
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Membership, Project, User

STAFF = ("staff@example.com", "slate-and-tally-staff")
CUSTOMER = ("customer@example.com", "slate-and-tally-customer")
PARTNER_TOKEN = "example-token"  # noqa: S105 -- printed in the contract, refused outside the demo
ADMIN_TOKEN = "example-admin-token"  # noqa: S105 -- likewise
PROMO_CODE = "PREMIERE"
# An invented firm; the account is an example of the Bundesbank's, the VAT ID of nobody.
SELLER = {
    "legal_name": "Slate Software GmbH",
    "street": "Lindwurmstraße 88",
    "postal_code": "80337",
    "city": "München",
    "country": "DE",
    "vat_id": "DE123456788",
    "tax_number": "143/150/60015",
    "register": "Amtsgericht München, HRB 999999",
    "contact": "Renate Vogl",
    "email": "rechnung@slate.example",
    "phone": "+49 89 5550123",
    "iban": "DE02120300000000202051",
    "bic": "BYLADEM1001",
}
# What stands for them in the shipped texts.
PLACE = "{postal_code} {city}".format(**SELLER)
FIRM = {
    **dict.fromkeys(["[Firma und Rechtsform]", "[company and legal form]"], SELLER["legal_name"]),
    **dict.fromkeys(["[Straße und Hausnummer]", "[street and number]"], SELLER["street"]),
    **dict.fromkeys(["[Postleitzahl und Ort]", "[postal code and city]"], PLACE),
    **dict.fromkeys(["[Telefonnummer]", "[telephone number]"], SELLER["phone"]),
    "[Ort des Rechenzentrums]": "Frankfurt am Main",
    "[place of the data centre]": "Frankfurt am Main, Germany",
    **dict.fromkeys(["[E-Mail-Adresse]", "[e-mail address]"], "hallo@slate.example"),
}
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
            _name_seller_in_texts()
            _complete_questions()
            add_demo_proof()
            application = _tokens(customer)
            reduction = {"name": "PREMIERE", "percent": 10}
            Promotion.objects.get_or_create(code=PROMO_CODE, defaults=reduction)
            secret = (signing_secrets(application) or [rotate(application)])[0]
        lines = (
            "Sign-ins (e-mail, password):",
            " ".join(STAFF),
            " ".join(CUSTOMER),
            "API tokens (a partner's, the customer's):",
            PARTNER_TOKEN,
            ADMIN_TOKEN,
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


def _name_seller_in_texts() -> None:
    """Fill the demo's firm into the pages about withdrawing; once, as staff may change them."""
    pages = Page.objects.filter(slug__in=FOR_PRIVATE_PERSONS)
    for page in pages.exclude(versions__number__gt=1):
        shipped = newest(page.pk)
        publish(page, {name: _filled_in(getattr(shipped, name)) for name in TEXTS})


def _complete_questions() -> None:
    """Fill the demo's firm into the answers to questions."""
    for question in Question.objects.filter(answer_de__contains="["):
        question.answer_de = _filled_in(question.answer_de)
        question.answer_en = _filled_in(question.answer_en)
        question.save()


def _filled_in(text: str) -> str:
    for placeholder, value in FIRM.items():
        text = text.replace(placeholder, value)
    return text


def _tokens(customer: User) -> Application:
    application = Application.objects.filter(demo=True).first()
    if application is None:
        application, _secret = create_application("Example partner", demo=True)
    holders: dict[str, Application | User] = {PARTNER_TOKEN: application, ADMIN_TOKEN: customer}
    for value, holder in holders.items():
        if not Token.objects.by_value(value).exists():
            issue("Demo", holder=holder, value=value)
    return application
