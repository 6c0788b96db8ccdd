"""The start page and the pages of the tiers in every state; see `scenes.py`."""

from collections.abc import Iterator

from shop.catalogue.models import Product
from shop.content.demo_proof import add_demo_proof
from tests.scene import Scene, chosen, other_family, unfolded, without_style


def tiers() -> Iterator[Scene]:
    """The tiers, together and each on its page."""
    add_demo_proof()
    yield Scene("tiers", "/")
    yield Scene("tiers-by-kind", "/", act=other_family)
    yield Scene("tiers-questions", "/", act=unfolded)
    listed = list(Product.objects.filter(listed=True).values_list("pk", flat=True))
    Product.objects.exclude(code="s").update(listed=False)
    yield Scene("tiers-one", "/")
    Product.objects.update(listed=False)
    yield Scene("tiers-none", "/")
    Product.objects.filter(pk__in=listed).update(listed=True)
    yield Scene("tiers-open-order", "/tiers/m/", act=chosen(lambda page: page.goto("/")))
    yield Scene("tiers-old-browser", "/", act=without_style)
    for slug in ("commercial", "yamdu-free", "xl"):
        yield Scene(f"tier-{slug}", f"/tiers/{slug}/")
