"""The addresses of the back office about the catalogue and its texts, and rows that are there."""

from shop.catalogue.models import Promotion
from shop.content.demo_proof import add_demo_proof
from shop.content.models import Figure, Quote, Reference

KINDS = ("questions", "proof/figures", "proof/quotes", "proof/references")
CATALOGUE = [
    *("tiers/", "tiers/new/", "tiers/{pk}/", "tiers/{pk}/move/", "tiers/{pk}/retire/"),
    *("tiers/{pk}/bring-back/", "features/", "features/new/", "features/{pk}/"),
    *(
        "features/{pk}/move/",
        "features/{pk}/delete/",
        "promotions/",
        "promotions/new/",
        "promotions/{pk}/",
    ),
    *("promotions/{pk}/off/", "promotions/{pk}/on/", "legal/", "legal/{slug}/"),
    *("legal/{slug}/edit/", "legal/{slug}/take-back/", "legal/{slug}/{number}/"),
    *("questions/", "proof/", "pages/preview/"),
    *(
        f"{kind}/{tail}"
        for kind in KINDS
        for tail in ("new/", "{pk}/", "{pk}/move/", "{pk}/hide/", "{pk}/show/")
    ),
]


def promotion() -> object:
    """The key of a promotion code."""
    return Promotion.objects.get_or_create(code="X", defaults={"name": "X", "percent": 10})[0].pk


def proof_row(model: type[Figure | Quote | Reference]) -> object:
    """The key of the first row of `model`."""
    add_demo_proof()
    return model.objects.order_by("pk")[0].pk
