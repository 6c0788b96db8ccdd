"""URLs of the legal pages."""

from django.urls import path

from shop.content import views
from shop.content.models import Page

urlpatterns = [
    url
    for slug in Page.Slug.values
    for url in (
        path(f"{slug}/", views.page, {"slug": slug}, name=slug),
        path(f"{slug}/<int:number>/<str:language>.pdf", views.pdf, {"slug": slug}, f"{slug}_pdf"),
    )
]
