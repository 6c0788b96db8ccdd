"""`/api/…`: no address for programs redirects, so none of them loses its body."""

from django.urls import path

from shop.api import views

urlpatterns = [
    path("orders", views.orders, name="api_orders"),
    path("orders/<str:order_hash>", views.order, name="api_order"),
]
