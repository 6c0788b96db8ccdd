"""The data that `make run` prints for trying the demo."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict

from shop.access.models import Application
from shop.access.signing_secrets import signing_secrets
from shop.catalogue.models import Product
from shop.catalogue.seller import Seller, current_seller
from shop.catalogue.seller_form import SellerForm
from shop.content.markdown import placeholders
from shop.content.models import Question
from shop.tenancy.models import Client

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
    assert lines[5:7] == ["example-token", "example-admin-token"]
    assert printed() == lines


def test_demo_prints_the_secret_that_its_partners_webhooks_are_signed_with() -> None:
    secret = printed()[-1]
    assert signing_secrets(Application.objects.get(demo=True)) == [secret]


def test_partner_of_the_demo_owns_its_application_also_one_made_before() -> None:
    printed()
    client = Application.objects.get(demo=True).oauth_client
    assert client.owner.email == "partner@example.com"
    client.owner = None
    client.save()
    printed()
    client.refresh_from_db()
    assert client.owner.email == "partner@example.com"


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
