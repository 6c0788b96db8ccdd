"""The data that `make run` prints for trying the demo."""

from io import StringIO

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from django.core.management import call_command
from django.forms.models import model_to_dict
from pytest_django import Settings

from shop.access.models import Application
from shop.access.signing_secrets import signing_secrets
from shop.access.tokens import SCOPES, check_bearer
from shop.catalogue.models import Product, Promotion
from shop.catalogue.seller import Seller, current_seller
from shop.catalogue.seller_form import SellerForm
from shop.content.markdown import placeholders
from shop.content.models import Question
from shop.tenancy.models import Client
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db


def printed() -> list[str]:
    out = StringIO()
    call_command("demo_data", stdout=out)
    return out.getvalue().splitlines()


def test_demo_prints_the_same_at_every_start() -> None:
    lines = printed()
    assert lines[1] == "staff@example.com slate-and-tally-staff"
    assert lines[2] == "customer@example.com slate-and-tally-customer"
    assert lines[3] == "partner@example.com slate-and-tally-partner"
    assert lines[5:8] == ["example-token", "example-admin-token", "example-limited-token"]
    assert printed() == lines


def test_demo_prints_the_secret_that_its_partners_webhooks_are_signed_with() -> None:
    secret = printed()[-1]
    partner = Application.objects.get(name="Example partner")
    assert signing_secrets(partner) == [secret]


def test_demo_has_what_the_guide_says_in_the_demo(settings: Settings) -> None:
    printed()
    client = Application.objects.get(name="Example partner").oauth_client
    assert client.get_redirect_uris() == ["https://partner.example/back"]
    assert Promotion.objects.get(code="PREMIERE").percent == 10
    for chapter, told in (
        ("oauth", "both applications have https://partner.example/back"),
        ("billing", "the promotion code PREMIERE takes 10 percent off"),
        ("token", "sign in as partner@example.com"),
        ("kinds", "example-admin-token belongs to the client_admin of client 1"),
    ):
        settings.DEMO = True
        assert told in words(visitor(language="en").get(f"/api/docs/{chapter}"))
        settings.DEMO = False
        assert told not in words(visitor(language="en").get(f"/api/docs/{chapter}"))


def test_demo_has_an_application_with_few_calls_for_trying_429(settings: Settings) -> None:
    printed()
    bearer = check_bearer("example-limited-token")
    assert bearer
    assert bearer.application == Application.objects.get(name="Limited demo application")
    assert (bearer.application.rate, bearer.application.burst) == (1, 5)
    assert bearer.scopes == {*SCOPES}
    usual = check_bearer("example-token")
    assert usual
    assert usual.application
    assert (usual.application.name, usual.application.rate) == ("Example partner", None)
    settings.DEMO = False
    assert check_bearer("example-limited-token") is None


def test_demo_tokens_of_the_partner_and_of_the_customer_have_all_scopes() -> None:
    printed()
    held = [check_bearer(value) for value in ("example-token", "example-admin-token")]
    assert [bearer and bearer.scopes for bearer in held] == [frozenset(SCOPES)] * 2


def test_demo_keeps_to_the_partner_that_staff_renamed() -> None:
    secret = printed()[-1]
    Application.objects.filter(name="Example partner").update(name="Zzz")
    assert printed()[-1] == secret
    assert Application.objects.count() == 2


def test_partner_of_the_demo_owns_its_application_also_one_made_before() -> None:
    printed()
    owned = OAuthClient.objects.filter(owner__email="partner@example.com")
    assert owned.count() == 2
    owned.update(owner=None)
    printed()
    assert owned.count() == 2


def test_demo_has_a_complete_seller_and_yearly_prices_that_staff_may_change() -> None:
    printed()
    seller = current_seller()
    form = SellerForm(model_to_dict(seller), instance=seller)
    assert form.is_valid(), form.errors
    assert (seller.missing(), form.has_changed()) == ([], False)
    prices = dict(Product.objects.values_list("code", "yearly_net_cents"))
    assert (prices["s"], prices["m"], prices["Yamdu FREE"]) == (49000, 99000, None)
    client = Client.objects.get(client_admin__email="customer@example.com")
    assert client.billing_profile.company == "Beispielfilm GmbH"
    Seller.objects.update(city="Augsburg")
    Product.objects.update(yearly_net_cents=None)
    printed()
    assert current_seller().city == "Augsburg"
    assert not Product.objects.exclude(yearly_net_cents=None).exists()


def test_demo_answers_its_questions_in_full() -> None:
    texts = ("answer_de", "answer_en")
    before = [answer for row in Question.objects.values_list(*texts) for answer in row]
    assert [found for answer in before for found in placeholders(answer)]
    printed()
    after = [answer for row in Question.objects.values_list(*texts) for answer in row]
    assert [found for answer in after for found in placeholders(answer)] == []
    assert any("Frankfurt am Main, Germany" in answer for answer in after)
