"""`/api/openapi.json`, `/api/docs` and `/api/docs/open-order`."""

from django.urls import path

from shop.guide import views

urlpatterns = [
    path("openapi.json", views.openapi, name="api_openapi"),
    path("docs", views.guide, {"page": "api_docs"}, name="api_docs"),
    path("docs/", views.guide_with_slash, {"page": "api_docs"}),
    path("docs/open-order", views.guide, {"page": "api_docs_open_order"}, "api_docs_open_order"),
    path("docs/open-order/", views.guide_with_slash, {"page": "api_docs_open_order"}),
]
