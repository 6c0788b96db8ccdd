"""`/api/…`: no address here redirects, so a program never loses its body."""

from django.urls import path

from shop.api import docs, views

urlpatterns = [
    path("orders", views.orders, name="api_orders"),
    path("orders/<str:order_hash>", views.order, name="api_order"),
    path("openapi.json", docs.openapi, name="api_openapi"),
]
