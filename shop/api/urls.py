"""`/api/…`: no address for programs redirects, so none of them loses its body."""

from django.urls import path

from shop.api import docs, views

urlpatterns = [
    path("orders", views.orders, name="api_orders"),
    path("orders/<str:order_hash>", views.order, name="api_order"),
    path("openapi.json", docs.openapi, name="api_openapi"),
    path("docs", docs.docs, name="api_docs"),
    path("docs/", docs.docs_by_habit),
]
