"""The shop's own pages."""

from django.urls import path

from shop.storefront import checkout, views

urlpatterns = [
    path("", views.tiers, name="tiers"),
    path("tiers/<slug:slug>/", views.tier, name="tier"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/tier/", checkout.take_tier, name="take_tier"),
]
