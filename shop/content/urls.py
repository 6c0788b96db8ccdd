"""URLs of the legal pages."""

from django.urls import path

from shop.content import views
from shop.content.models import Page

urlpatterns = [path(f"{slug}/", views.page, {"slug": slug}, name=slug) for slug in Page.Slug.values]
