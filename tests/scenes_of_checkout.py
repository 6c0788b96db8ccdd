"""Scenes of the checkout."""

from collections.abc import Iterator

from shop.catalogue.models import Product, Promotion
from tests.factories import make_client, make_profile, make_project, make_user
from tests.known_customers import known_customer
from tests.scene import (
    Scene,
    checked,
    chosen,
    fill,
    press,
    unfolded,
    with_code,
    without_cookies,
)


def checkout() -> Iterator[Scene]:
    """The checkout, for each kind of tier and customer."""
    admin = make_user()
    make_profile(make_project(client=make_client(client_admin=admin)).client)
    Promotion.objects.create(code="PREMIERE", name="PREMIERE", percent=10, months=3)
    Product.objects.filter(code="l").update(yearly_net_cents=199_000)
    yield Scene("checkout", "/tiers/commercial/", act=chosen())
    yield Scene("checkout-errors", "/tiers/s/", act=chosen(press("[name=place]")))
    yield Scene("checkout-again", "/tiers/s/", act=chosen(without_cookies("[name=place]")))
    yield Scene("checkout-free", "/tiers/yamdu-free/", act=chosen())
    yield Scene("checkout-manual", "/tiers/xl/", act=chosen())
    yield Scene("checkout-code", "/tiers/l/", act=chosen(with_code))
    wrong = fill("#promotion [name=apply]", promo_code="PREMIERA")
    yield Scene("checkout-code-errors", "/tiers/s/", act=chosen(unfolded, wrong))
    yield Scene("checkout-client", "/tiers/s/", admin, act=chosen())
    yield Scene("checkout-known", "/tiers/m/", known_customer(), act=chosen(checked))
