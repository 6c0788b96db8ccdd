"""`/api/openapi.json`, `/api/docs` and `/api/docs/open-order`."""

from django.urls import path

from shop.guide import views

urlpatterns = [
    path("openapi.json", views.openapi, name="api_openapi"),
    path("docs", views.orders, name="api_docs"),
    path("docs/", views.by_habit, {"page": "api_docs"}),
    path("docs/open-order", views.open_order, name="api_docs_open_order"),
    path("docs/open-order/", views.by_habit, {"page": "api_docs_open_order"}),
]
