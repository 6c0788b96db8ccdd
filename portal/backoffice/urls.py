"""The back office."""

from django.urls import path

from portal.backoffice import applications, exporting, overview, pages, queue, views

urlpatterns = [
    path("", queue.queue, name="staff"),
    path("counts/", queue.live_counts, name="staff_counts"),
    path("overview/", overview.overview, name="staff_overview"),
    path("export.csv", exporting.export, {"kind": "csv"}, name="staff_export_csv"),
    path("export.jsonl", exporting.export, {"kind": "jsonl"}, name="staff_export_jsonl"),
    path("orders/<int:pk>/", views.order, name="staff_order"),
    path("orders/<int:pk>/retry/", views.retry_order, name="staff_retry"),
    path("orders/<int:pk>/approve/", views.approve_order, name="staff_approve"),
    path("orders/<int:pk>/by-hand/", views.finish_by_hand, name="staff_by_hand"),
    path("pages/preview/", pages.preview, name="staff_page_preview"),
    path("pages/<slug:slug>/<int:number>/", pages.version, name="staff_page_version"),
    path("applications/", applications.applications, name="staff_applications"),
    path("applications/new/", applications.new_application, name="staff_new_application"),
    path("applications/<int:pk>/", applications.application, name="staff_application"),
    path("applications/<int:pk>/tokens/", applications.issue_token, name="staff_issue_token"),
    path(
        "applications/<int:pk>/tokens/<int:token>/revoke/",
        applications.revoke_token,
        name="staff_revoke_token",
    ),
    path(
        "applications/<int:pk>/signing-secret/",
        applications.renew_signing_secret,
        name="staff_signing_secret",
    ),
]
