"""The back office."""

from django.urls import path

from portal.backoffice import (
    acting,
    applications,
    attending,
    bulk,
    correcting,
    orders,
    pages,
    telling,
    views,
)

urlpatterns = [
    path("", views.queue, name="staff"),
    path("orders/<int:pk>/", orders.order, name="staff_order"),
    path("orders/<int:pk>/retry/", acting.retry_order, name="staff_retry"),
    path("orders/<int:pk>/retry-now/", acting.hurry_order, name="staff_hurry"),
    path("orders/<int:pk>/approve/", acting.approve_order, name="staff_approve"),
    path("orders/<int:pk>/by-hand/", acting.finish_by_hand, name="staff_by_hand"),
    path("orders/<int:pk>/correct/", correcting.correct_details, name="staff_correct"),
    path("orders/<int:pk>/address/", correcting.correct_address, name="staff_address"),
    path("orders/<int:pk>/cancel/", acting.cancel_order, name="staff_cancel"),
    path("orders/<int:pk>/take/", attending.take, name="staff_take"),
    path("orders/<int:pk>/hand-back/", attending.give_back, name="staff_hand_back"),
    path("orders/<int:pk>/note/", attending.note, name="staff_note"),
    path("orders/<int:pk>/follow-up/", attending.look_again, name="staff_follow_up"),
    path("orders/<int:pk>/client-admin/", attending.client_admin, name="staff_client_admin"),
    path("orders/<int:pk>/mails/<int:mail>/", telling.mail_again, name="staff_mail_again"),
    path("orders/<int:pk>/webhooks/", telling.webhooks_again, name="staff_webhooks_again"),
    path(
        "orders/<int:pk>/webhooks/<int:delivery>/",
        telling.webhooks_again,
        name="staff_webhook_again",
    ),
    path("bulk/", bulk.jobs, name="staff_bulk_jobs"),
    path("bulk/new/", bulk.new_job, name="staff_bulk_new"),
    path("bulk/<int:pk>/", bulk.job, name="staff_bulk"),
    path("bulk/<int:pk>/progress/", bulk.progress, name="staff_bulk_progress"),
    path("bulk/<int:pk>/stop/", bulk.stop_job, name="staff_bulk_stop"),
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
    path("applications/<int:pk>/off/", applications.switch_off, name="staff_switch_off"),
    path("applications/<int:pk>/on/", applications.switch_on, name="staff_switch_on"),
]
