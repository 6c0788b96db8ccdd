"""The shop's own pages."""

from django.urls import path

from shop.storefront import checkout, checkout_price, tier_choice, views

urlpatterns = [
    path("", views.tiers, name="tiers"),
    path("tiers/<slug:slug>/", views.tier, name="tier"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/price/", checkout_price.checkout_price, name="checkout_price"),
    path("checkout/tier/", tier_choice.take_tier, name="take_tier"),
]
