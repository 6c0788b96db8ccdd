"""URLs of the pages of failures, below /staff/failures/."""

from django.urls import path

from portal.backoffice.failures import failure_pages

urlpatterns = [
    path("", failure_pages.failures, name="staff_failures"),
    path("group/", failure_pages.group, name="staff_failure_group"),
    path("group/note/", failure_pages.write, name="staff_note_incident"),
    path("notes/<int:pk>/close/", failure_pages.close, name="staff_close_incident"),
]
