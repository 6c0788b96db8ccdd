"""The back office's pages of the catalogue and its texts in every state; see `scenes.py`."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from shop.catalogue.features import Feature
from shop.catalogue.models import Product, Promotion
from shop.content.demo_proof import add_demo_proof
from shop.content.models import Page as LegalPage
from shop.content.models import Question, Quote
from shop.content.publishing import TEXTS, newest, publish
from tests.factories import make_order, make_staff
from tests.scene import Scene, fill, press

SEND = "main form.stack .button--primary"


def catalogue() -> Iterator[Scene]:
    """Tiers, features and promotion codes: lists, forms, errors, previews, questions."""
    person = make_staff()
    tier = Product.objects.get(code="s")
    path = f"/staff/tiers/{tier.pk}/"
    yield Scene("staff-tiers", "/staff/tiers/", person)
    yield Scene("staff-tier", path, person)
    yield Scene("staff-tier-errors", path, person, act=fill(SEND, net_cents="1.000", name=""))
    yield Scene("staff-tier-preview", path, person, act=fill(SEND, net_cents="59"))
    yield Scene("staff-tier-new", "/staff/tiers/new/", person)
    retired = Product.objects.get(code="m")
    Product.objects.filter(pk=retired.pk).update(listed=False)
    yield Scene("staff-tier-retired", f"/staff/tiers/{retired.pk}/", person)
    Product.objects.filter(pk=retired.pk).update(listed=True)
    feature = Feature.objects.get(code="storage")
    yield Scene("staff-features", "/staff/features/", person)
    yield Scene("staff-feature", f"/staff/features/{feature.pk}/", person)
    yield Scene("staff-feature-delete", f"/staff/features/{feature.pk}/delete/", person)
    yield Scene("staff-promotions-empty", "/staff/promotions/", person)
    code = Promotion.objects.create(code="MAI", name="Drehstart im Mai", percent=10)
    ended = timezone.now() - timedelta(days=3)
    Promotion.objects.create(code="BERLINALE", name="Zur Berlinale", percent=20, valid_until=ended)
    make_order(promo_code="mai")
    yield Scene("staff-promotions", "/staff/promotions/", person)
    yield Scene("staff-promotion", f"/staff/promotions/{code.pk}/", person)
    yield Scene(
        "staff-promotion-errors", "/staff/promotions/new/", person, act=fill(SEND, code="mai")
    )


def legal_pages() -> Iterator[Scene]:
    """Legal pages: list, versions, form, errors, preview, a version that is scheduled."""
    person, page = make_staff(), LegalPage.objects.get(pk="terms")
    path = "/staff/legal/terms/"
    yield Scene("staff-legal", "/staff/legal/", person)
    yield Scene("staff-legal-edit", f"{path}edit/", person)
    yield Scene(
        "staff-legal-errors", f"{path}edit/", person, act=fill(SEND, title_en="", text_de="")
    )
    yield Scene("staff-legal-preview", f"{path}edit/", person, act=fill(SEND, title_en="Our terms"))
    texts = {name: getattr(newest("terms"), name) for name in TEXTS}
    publish(page, texts | {"title_en": "Our terms"})
    publish(page, texts | {"title_en": "Terms"}, timezone.now() + timedelta(days=40))
    yield Scene("staff-legal-page", path, person)
    yield Scene("staff-legal-changes", f"{path}2/", person)
    yield Scene("staff-legal-take-back", f"{path}take-back/", person)


def short_texts() -> Iterator[Scene]:
    """Questions, figures, quotes and references."""
    person = make_staff()
    yield Scene("staff-proof-empty", "/staff/proof/", person)
    add_demo_proof()
    Quote.objects.filter(pk=Quote.objects.all()[0].pk).update(listed=False)
    yield Scene("staff-questions", "/staff/questions/", person)
    yield Scene("staff-proof", "/staff/proof/", person)
    question = f"/staff/questions/{Question.objects.all()[0].pk}/"
    yield Scene("staff-question", question, person)
    yield Scene("staff-question-errors", "/staff/questions/new/", person, act=press(SEND))
    yield Scene("staff-quote-new", "/staff/proof/quotes/new/", person)
