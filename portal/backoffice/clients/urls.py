"""URLs of clients and their projects, below /staff/clients/."""

from django.urls import include, path

from portal.backoffice.clients import client_changes, client_list, client_page, project_page

client_urls = [
    path("", client_page.client, name="staff_client"),
    path("rename/", client_changes.rename, name="staff_rename_client"),
    path("hand-over/", client_changes.hand_client_over, name="staff_hand_client_over"),
    path("notes/", client_changes.add_client_note, name="staff_client_note"),
    path(
        "notes/<int:note>/delete/",
        client_changes.delete_client_note,
        name="staff_delete_client_note",
    ),
]
project_urls = [
    path("", project_page.project, name="staff_project"),
    path("members/<int:membership>/remove/", project_page.remove, name="staff_remove_member"),
    path(
        "members/<int:membership>/invite-again/",
        project_page.invite_again,
        name="staff_invite_member_again",
    ),
]
urlpatterns = [
    path("", client_list.clients, name="staff_clients"),
    path("<int:pk>/", include(client_urls)),
    path("<int:client>/projects/<int:pk>/", include(project_urls)),
]
