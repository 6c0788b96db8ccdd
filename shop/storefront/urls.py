"""The shop's own pages."""

from django.urls import path

from shop.storefront import (
    checkout,
    checkout_price,
    contact_page,
    declaration_pages,
    declaration_proof,
    tier_choice,
    views,
)

urlpatterns = [
    path("", views.tiers, name="tiers"),
    path("tiers/<slug:slug>/", views.tier, name="tier"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/price/", checkout_price.checkout_price, name="checkout_price"),
    path("checkout/tier/", tier_choice.take_tier, name="take_tier"),
    path("contact/", contact_page.contact, name="contact"),
    path("cancel-contract/", declaration_pages.cancel_contract, name="cancel_contract"),
    path("withdraw/", declaration_pages.withdraw, name="withdraw"),
    path(
        "declarations/received/<str:token>/", declaration_pages.receipt, name="declaration_receipt"
    ),
    path("declarations/prove/<str:token>/", declaration_proof.proof, name="declaration_proof"),
    path("declarations/proven/<str:token>/", declaration_proof.proven, name="declaration_proven"),
]
