"""The back office."""

from django.urls import path

from portal.backoffice import views

urlpatterns = [
    path("", views.queue, name="staff"),
    path("orders/<int:pk>/", views.order, name="staff_order"),
    path("orders/<int:pk>/retry/", views.retry_order, name="staff_retry"),
    path("orders/<int:pk>/approve/", views.approve_order, name="staff_approve"),
    path("orders/<int:pk>/by-hand/", views.finish_by_hand, name="staff_by_hand"),
]
