"""URLs of the back office, below /staff/."""

from django.urls import path

from portal.backoffice import (
    applications,
    bulk_views,
    legal_previews,
    mail_previews,
    order_export,
    order_page,
    order_queue,
    overview,
)
from portal.backoffice.order_actions import ACTIONS

urlpatterns = [
    path("", order_queue.queue, name="staff"),
    path("counts/", order_queue.live_counts, name="staff_counts"),
    path("overview/", overview.overview, name="staff_overview"),
    path("export.csv", order_export.export, {"kind": "csv"}, name="staff_export_csv"),
    path("export.jsonl", order_export.export, {"kind": "jsonl"}, name="staff_export_jsonl"),
    path("orders/<int:pk>/", order_page.order, name="staff_order"),
    *(
        path(
            f"orders/<int:pk>/{action.name.replace('_', '-')}/",
            order_page.action_view(action),
            name=f"staff_{action.name}",
        )
        for action in ACTIONS
    ),
    path("orders/<int:pk>/mails/<int:mail>/", order_page.mail_again, name="staff_mail_again"),
    path("orders/<int:pk>/webhooks/", order_page.webhooks_again, name="staff_webhooks_again"),
    path(
        "orders/<int:pk>/webhooks/<int:delivery>/",
        order_page.webhooks_again,
        name="staff_webhook_again",
    ),
    path("bulk/", bulk_views.jobs, name="staff_bulk_jobs"),
    path("bulk/new/", bulk_views.new_job, name="staff_bulk_new"),
    path("bulk/<int:pk>/", bulk_views.job, name="staff_bulk"),
    path("bulk/<int:pk>/progress/", bulk_views.progress, name="staff_bulk_progress"),
    path("bulk/<int:pk>/stop/", bulk_views.stop_job, name="staff_bulk_stop"),
    path("pages/preview/", legal_previews.preview, name="staff_page_preview"),
    path("pages/<slug:slug>/<int:number>/", legal_previews.version, name="staff_page_version"),
    path("mails/", mail_previews.mails, name="staff_mails"),
    path("mails/<slug:kind>/", mail_previews.mail, name="staff_mail"),
    path("mails/<slug:kind>/html/", mail_previews.mail_html, name="staff_mail_html"),
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
    path("applications/<int:pk>/off/", applications.switch_off, name="staff_switch_off"),
    path("applications/<int:pk>/on/", applications.switch_on, name="staff_switch_on"),
]
