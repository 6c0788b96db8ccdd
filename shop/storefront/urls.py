"""The shop's own pages."""

from django.urls import path

from shop.storefront import views

urlpatterns = [
    path("", views.tiers, name="tiers"),
    path("tiers/<slug:slug>/", views.tier, name="tier"),
    path("checkout/", views.checkout, name="checkout"),
]
