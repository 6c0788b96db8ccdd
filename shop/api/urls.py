"""`/api/orders`. API addresses never redirect: a redirect would drop the request's body."""

from django.urls import path

from shop.api import views

urlpatterns = [
    path("orders", views.orders, name="api_orders"),
    path("orders/<str:order_hash>", views.order, name="api_order"),
]
