"""Partners' applications in the back office: permissions, and secrets that are shown once."""

import re
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from pytest_django import Settings

from shop.access.applications import create_application, find_application
from shop.access.models import Application
from shop.access.signing_secrets import signing_secrets
from shop.access.tokens import check_bearer, issue
from tests.accounts.factors import by_password_and_app
from tests.factories import make_application, make_staff, make_token, make_user
from tests.pages import Response, assert_escaped, error_beside, html, visitor, words

pytestmark = pytest.mark.django_db

LIST, NEW, ONE = "/staff/applications/", "/staff/applications/new/", "/staff/applications/{pk}/"
ADDRESSES = [
    LIST,
    NEW,
    ONE,
    f"{ONE}tokens/",
    f"{ONE}tokens/{{token}}/revoke/",
    f"{ONE}signing-secret/",
]
FORM = {"name": "Kranplaner", "scopes": ["orders:read", "orders:write"]}


def staff() -> Client:
    return visitor(make_staff("admin"))


def secret(page: Response, name: str) -> str:
    """A value that the page shows once."""
    found = re.search(
        rf"<dt[^>]*>{name}</dt>\s*<dd>\s*<span id=\"secret-\d\">(.*?)</span>", html(page)
    )
    assert found, f"{name} is not shown"
    return found[1]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("who", ["nobody", "customer"])
def test_pages_are_for_staff(address: str, method: str, who: str) -> None:
    application = make_application()
    make_token(application)
    path = address.format(pk=application.pk, token=Token.objects.get().pk)
    browser = visitor(make_user() if who == "customer" else None)
    answer = getattr(browser, method)(path, FORM)
    if who == "customer":
        assert answer.status_code == 404
    else:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/login/?next=/staff/applications/")
    assert (Application.objects.count(), Token.objects.count()) == (1, 1)
    assert signing_secrets(application) == []


@pytest.mark.parametrize("address", ADDRESSES[2:])
def test_pages_of_no_application_do_not_exist(address: str) -> None:
    path = address.format(pk=4711, token=1)
    assert staff().post(path).status_code in {404, 405}
    assert staff().get(path).status_code in {404, 405}


def test_queue_leads_to_the_applications() -> None:
    assert f'href="{LIST}"' in html(staff().get("/staff/"))


def test_list_names_the_applications() -> None:
    owner = make_user()
    application, _secret = create_application("Kranplaner", owner=owner, scopes=["orders:read"])
    page = staff().get(LIST)
    assert page.status_code == 200
    assert f'href="/staff/applications/{application.pk}/"' in html(page)
    row = words(page).partition("Since")[2]
    assert "Kranplaner orders:read" in row
    assert owner.email in row


def test_empty_list_says_so() -> None:
    assert "There is none yet." in words(staff().get(LIST))


def test_new_application_is_made_and_its_secrets_shown_once() -> None:
    owner, browser = make_user(email="owner@xn--bcher-kva.example.com"), staff()
    assert browser.get(NEW).status_code == 200
    uris = "https://partner.example/back\r\n\r\n https://partner.example/other "
    made = browser.post(NEW, {**FORM, "owner": "Owner@BÜCHER.example.com", "redirect_uris": uris})
    assert made.status_code == 200
    assert "no-store" in made.headers["Cache-Control"]
    application = Application.objects.get()
    client = application.oauth_client
    assert (application.name, client.owner) == ("Kranplaner", owner)
    assert client.get_redirect_uris() == [
        "https://partner.example/back",
        "https://partner.example/other",
    ]
    client_secret, signing_secret = secret(made, "Client secret"), secret(made, "Signing secret")
    assert client.check_secret(client_secret)
    assert signing_secrets(application) == [signing_secret]
    later = browser.get(f"/staff/applications/{application.pk}/")
    assert client.pk in html(made)
    assert client.pk in html(later)
    for value in (client_secret, signing_secret, "Shown only once"):
        assert value in html(made)
        assert value not in html(later)


def test_secrets_of_a_new_application_get_a_token() -> None:
    made = staff().post(NEW, FORM)
    answer = Client().post(
        "/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": Application.objects.get().oauth_client_id,
            "client_secret": secret(made, "Client secret"),
        },
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": ""}, "name", "Please enter a name."),
        ({"name": "x" * 101}, "name", "at most 100 characters"),
        ({"scopes": []}, "scopes", "Please choose: Scopes."),
        ({"scopes": ["openid"]}, "scopes", "Select a valid choice."),
        ({"owner": "nobody@example.com"}, "owner", "Nobody with this address has joined."),
        ({"owner": "invited@example.com"}, "owner", "Nobody with this address has joined."),
        ({"owner": "asleep@example.com"}, "owner", "Nobody with this address has joined."),
        *(
            ({"redirect_uris": uri}, "redirect_uris", "Each must be an absolute https URL")
            for uri in (
                "partner.example",
                "javascript:alert(1)",
                "ftp://partner.example/",
                "https://partner.example/back#here",
                "https://user@partner.example/back",
                "https://*.partner.example/back",
                "https://10.0.0.1/back",
                "https://partner.example/back\nhttps://x;script-src/",
            )
        ),
    ],
)
def test_application_with_a_fault_is_not_made(
    changes: dict[str, Any], field: str, sentence: str
) -> None:
    make_user(email="invited@example.com", joined_at=None)
    make_user(email="asleep@example.com", is_active=False)
    page = staff().post(NEW, {**FORM, **changes})
    assert page.status_code == 422
    assert sentence in error_beside(page, field)
    assert not Application.objects.exists()


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 422)])
def test_loopback_may_be_returned_to_in_the_demo_only(
    demo: bool, status: int, settings: Settings
) -> None:
    settings.DEMO = demo
    browser = by_password_and_app(make_staff("admin"))
    page = browser.post(NEW, {**FORM, "redirect_uris": "http://127.0.0.1:9000/back"})
    assert page.status_code == status


def test_what_is_made_in_the_demo_belongs_to_it(settings: Settings) -> None:
    browser = by_password_and_app(make_staff("admin"))
    browser.post(NEW, FORM)
    application = Application.objects.get()
    assert application.demo
    settings.DEMO = False
    assert browser.get(ONE.format(pk=application.pk)).status_code == 404
    assert "Kranplaner" not in words(browser.get(LIST))
    browser.post(NEW, FORM)
    assert Application.objects.filter(demo=False).count() == 1


def test_signing_secret_is_renewed_and_shown_once() -> None:
    application, browser = make_application(), staff()
    path = ONE.format(pk=application.pk)
    first = secret(browser.post(f"{path}signing-secret/"), "Signing secret")
    second = secret(browser.post(f"{path}signing-secret/"), "Signing secret")
    assert signing_secrets(application) == [second, first]
    later = html(browser.get(path))
    assert first not in later
    assert second not in later


@pytest.mark.parametrize("address", [*ADDRESSES[3:], f"{ONE}off/", f"{ONE}on/"])
def test_changes_are_made_by_post_only(address: str) -> None:
    application = make_application()
    make_token(application)
    path = address.format(pk=application.pk, token=Token.objects.get().pk)
    assert staff().get(path).status_code in {200, 302, 405}
    assert (Token.objects.count(), signing_secrets(application)) == (1, [])
    assert Application.objects.get().active


def test_markup_in_names_is_not_run() -> None:
    application, _secret = create_application("<script>x</script>")
    issue("<script>y</script>", holder=application)
    browser = staff()
    for path in (LIST, ONE.format(pk=application.pk)):
        assert_escaped(browser.get(path), "<script>x</script>")
    assert_escaped(browser.get(ONE.format(pk=application.pk)), "<script>y</script>")


def test_what_was_done_is_in_the_history() -> None:
    chief = make_staff("admin", first_name="Ada")
    browser = visitor(chief)
    browser.post(NEW, FORM)
    path = ONE.format(pk=Application.objects.get().pk)
    browser.post(f"{path}tokens/", {"name": "Server", "scopes": ["orders:read"]})
    browser.post(f"{path}signing-secret/")
    browser.post(f"{path}tokens/{Token.objects.get().pk}/revoke/")
    browser.post(f"{path}off/")
    browser.post(f"{path}on/")
    history = words(browser.get(path)).partition("History")[2]
    told = ["switched on", "switched off", "token revoked Server", "signing secret renewed"]
    told += ["token issued Server", "created"]
    places = [history.index(f"{what} by {chief.get_full_name()}") for what in told]
    assert places == sorted(places)
    # Django's own list of what one did lately holds it, too.
    assert browser.get("/staff/catalogue/").status_code == 200


def test_application_that_is_switched_off_is_refused_everywhere() -> None:
    application = make_application()
    token, browser = make_token(application), staff()
    path = ONE.format(pk=application.pk)
    page = browser.post(f"{path}off/", follow=True)
    assert "The application is switched off: its tokens are refused." in words(page)
    assert check_bearer(token) is None
    headers = {"authorization": f"Bearer {token}"}
    assert Client(headers=headers).get("/api/orders").status_code == 401
    assert find_application(application.oauth_client_id) is None
    assert "switched off" in words(browser.get(LIST))
    assert "Somebody else was faster" in words(browser.post(f"{path}off/", follow=True))
    browser.post(f"{path}on/")
    assert check_bearer(token)
