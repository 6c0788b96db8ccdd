"""URLs of people, below /staff/people/."""

from django.urls import include, path

from portal.backoffice.people import (
    factor_reset_pages,
    person_page,
    person_search,
    personal_data,
)

person_urls = [
    path("", person_page.person, name="staff_person"),
    path("data.json", personal_data.data, name="staff_person_data"),
    path("erase/", personal_data.erase, name="staff_person_erase"),
    path("sign-out/", person_page.sign_out, name="staff_person_sign_out"),
    path("sign-out/<int:session>/", person_page.sign_out, name="staff_person_end_session"),
    path("reset/", factor_reset_pages.request_reset, name="staff_request_reset"),
]
reset_urls = [
    path("", factor_reset_pages.factor_reset, name="staff_factor_reset"),
    path("confirm/", factor_reset_pages.confirm_reset, name="staff_confirm_reset"),
    path("refuse/", factor_reset_pages.refuse_reset, name="staff_refuse_reset"),
]
urlpatterns = [
    path("", person_search.find, name="staff_people"),
    path("accounts/<int:pk>/", include(person_urls), {"kind": "accounts"}),
    path("orders/<int:pk>/", include(person_urls), {"kind": "orders"}),
    path("resets/", factor_reset_pages.factor_resets, name="staff_factor_resets"),
    path("resets/<int:pk>/", include(reset_urls)),
]
