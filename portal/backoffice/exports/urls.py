"""URLs of exports, below /staff/exports/."""

from django.urls import path

from portal.backoffice.exports import export_pages

urlpatterns = [
    path("", export_pages.exports, name="staff_exports"),
    path("new/", export_pages.new_export, name="staff_new_export"),
    path("<int:pk>/", export_pages.export, name="staff_export"),
    path("<int:pk>/progress/", export_pages.export_progress, name="staff_export_progress"),
    path("<int:pk>/file/", export_pages.export_file, name="staff_export_file"),
]
