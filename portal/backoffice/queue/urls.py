"""URLs of the queue, below /staff/."""

from django.urls import path

from portal.backoffice.queue import order_queue, view_pages

urlpatterns = [
    path("", order_queue.queue, name="staff"),
    path("counts/", order_queue.live_counts, name="staff_counts"),
    path("filters/", order_queue.filter_panel, name="staff_filters"),
    path("columns/", view_pages.choose_columns, name="staff_columns"),
    path("views/new/", view_pages.new_view, name="staff_new_view"),
    path("views/<int:pk>/", view_pages.change_view, name="staff_view"),
    path("views/<int:pk>/update/", view_pages.update_view, name="staff_update_view"),
    path("views/<int:pk>/delete/", view_pages.delete_view, name="staff_delete_view"),
]
