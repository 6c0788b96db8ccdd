"""Editing an application: checked as at its creation, confirmed where something is taken away."""

import re

import pytest
from allauth.idp.oidc.models import Token
from django.contrib.admin.models import LogEntry
from django.test import Client

from shop.access.applications import create_application
from shop.access.models import Application
from shop.access.tokens import check_bearer
from tests.factories import make_application, make_staff, make_token, make_user
from tests.pages import Response, error_beside, html, visitor, words

pytestmark = pytest.mark.django_db

URI = "https://partner.example/back"
OTHER = "https://partner.example/other"
SCOPES = ["orders:read", "orders:write"]


def staff() -> Client:
    return visitor(make_staff("admin"))


def make(uris: tuple[str, ...] = (URI, OTHER)) -> Application:
    return create_application("Kranplaner", scopes=SCOPES, redirect_uris=uris)[0]


def path(application: Application) -> str:
    return f"/staff/applications/{application.pk}/edit/"


def hidden(page: Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([0-9a-f]*)"', html(page))
    assert found, f"{name} is missing"
    return found[1]


def form(page: Response, **changes: object) -> dict[str, object]:
    """The form as it is sent with `changes`."""
    fields = {
        "seen": hidden(page, "seen"),
        "name": "Kranplaner",
        "owner": "",
        "redirect_uris": f"{URI}\n{OTHER}",
        "scopes": SCOPES,
    }
    return {**fields, **changes}


def test_form_shows_what_is_there() -> None:
    application = make()
    owner = make_user()
    application.oauth_client.owner = owner
    application.oauth_client.save()
    page = staff().get(path(application))
    assert 'value="Kranplaner"' in html(page)
    assert f'value="{owner.email}"' in html(page)
    assert f"{URI}\n{OTHER}" in html(page)


def test_name_is_changed_at_once_and_recorded() -> None:
    application, browser = make(), staff()
    bystander = make_application("Bystander")
    done = browser.post(
        path(application), form(browser.get(path(application)), name="Kran"), follow=True
    )
    assert "The application is changed." in words(done)
    application.refresh_from_db()
    assert (application.name, application.oauth_client.name) == ("Kran", "Kran")
    bystander.refresh_from_db()
    assert bystander.name == "Bystander"
    history = words(done).partition("History")[2]
    assert "Kranplaner" in history
    assert "Kran" in history


def test_removed_scope_is_confirmed_and_taken_from_all_tokens() -> None:
    application, browser = make(), staff()
    both, read = (make_token(application, *scopes) for scopes in (SCOPES, ["orders:read"]))
    foreign = make_token(make_application("Bystander"), *SCOPES)
    wanted = form(browser.get(path(application)), scopes=["orders:read"])
    asked = browser.post(path(application), wanted)
    assert "1 token loses orders:write at once" in words(asked)
    assert check_bearer(both).scopes == {*SCOPES}  # type: ignore[union-attr]
    done = browser.post(
        path(application), {**wanted, "confirmed": hidden(asked, "confirmed")}, follow=True
    )
    assert "The application is changed." in words(done)
    found = [check_bearer(value) for value in (both, read, foreign)]
    assert [sorted(each.scopes) for each in found if each] == [
        ["orders:read"],
        ["orders:read"],
        SCOPES,
    ]
    headers = {"Authorization": f"Bearer {both}"}
    answer = Client().post("/api/orders", {}, content_type="application/json", headers=headers)
    assert answer.status_code == 403


def test_limit_is_shown_recorded_and_cleared() -> None:
    application, browser = make(), staff()
    bystander = make_application("Bystander")
    wanted = form(browser.get(path(application)), rate="60", burst="600")
    done = browser.post(path(application), wanted, follow=True)
    assert "60 a second, 600 at once" in words(done)
    application.refresh_from_db()
    bystander.refresh_from_db()
    assert (application.rate, application.burst) == (60, 600)
    assert (bystander.rate, bystander.burst) == (None, None)
    page = browser.get(path(application))
    assert 'name="rate" value="60"' in html(page)
    entry = LogEntry.objects.latest("pk").change_message
    assert '["Calls a second", "", "60"], ["Calls at once", "", "600"]' in entry
    usual = form(page)  # fewer than until now
    asked = browser.post(path(application), usual)
    browser.post(path(application), {**usual, "confirmed": hidden(asked, "confirmed")})
    application.refresh_from_db()
    assert (application.rate, application.burst) == (None, None)


def test_lower_limit_is_confirmed() -> None:
    application, browser = make(), staff()
    wanted = form(browser.get(path(application)), rate="1", burst="5")
    asked = browser.post(path(application), wanted)
    told = "Calls beyond 1 a second, or 5 at once, are refused from now on."
    assert told in words(asked)
    limits = Application.objects.filter(pk=application.pk).values_list("rate", "burst")
    assert limits.get() == (None, None)
    browser.post(path(application), {**wanted, "confirmed": hidden(asked, "confirmed")})
    assert limits.get() == (1, 5)


@pytest.mark.parametrize(("given", "missing"), [("rate", "burst"), ("burst", "rate")])
def test_half_a_limit_is_refused(given: str, missing: str) -> None:
    application, browser = make(), staff()
    page = browser.post(path(application), form(browser.get(path(application)), **{given: "5"}))
    assert page.status_code == 422
    assert error_beside(page, missing) == "Set both limits, or none."
    application.refresh_from_db()
    assert application.rate is application.burst is None


def test_token_that_loses_its_only_scope_may_do_nothing() -> None:
    application, browser = make(), staff()
    write = make_token(application, "orders:write")
    wanted = form(browser.get(path(application)), scopes=["orders:read"])
    asked = browser.post(path(application), wanted)
    browser.post(path(application), {**wanted, "confirmed": hidden(asked, "confirmed")})
    assert check_bearer(write).scopes == frozenset()  # type: ignore[union-attr]
    assert Token.objects.count() == 1


def test_added_scope_is_not_given_to_tokens_that_exist() -> None:
    application, browser = make(), staff()
    token = make_token(application, *SCOPES)
    browser.post(
        path(application), form(browser.get(path(application)), scopes=[*SCOPES, "billing:read"])
    )
    assert application.oauth_client.__class__.objects.get().get_scopes() == [
        *SCOPES,
        "billing:read",
    ]
    assert check_bearer(token).scopes == {*SCOPES}  # type: ignore[union-attr]


def test_what_was_confirmed_is_asked_anew_when_more_is_taken_away() -> None:
    application, browser = make(), staff()
    wanted = form(browser.get(path(application)), redirect_uris=URI)
    asked = browser.post(path(application), wanted)
    assert OTHER in words(asked)
    more = {**wanted, "redirect_uris": "", "confirmed": hidden(asked, "confirmed")}
    again = browser.post(path(application), more)
    assert "It can no longer ask customers for consent." in words(again)
    assert Application.objects.get().oauth_client.get_redirect_uris() == [URI, OTHER]


def test_application_without_redirect_uris_cannot_ask_for_consent() -> None:
    application, browser = make(), staff()
    wanted = form(browser.get(path(application)), redirect_uris="")
    asked = browser.post(path(application), wanted)
    browser.post(path(application), {**wanted, "confirmed": hidden(asked, "confirmed")})
    client = Application.objects.get().oauth_client
    assert client.get_redirect_uris() == []
    assert client.get_grant_types() == ["client_credentials"]


def test_new_owner_is_recorded_by_number() -> None:
    application, browser, owner = make(), staff(), make_user()
    wanted = form(browser.get(path(application)), owner=owner.email)
    asked = browser.post(path(application), wanted)
    assert "the new owner's responsibility" in words(asked)
    assert "also for the owner before" not in words(asked)  # there was none
    browser.post(path(application), {**wanted, "confirmed": hidden(asked, "confirmed")})
    assert Application.objects.get().oauth_client.owner == owner
    (entry,) = LogEntry.objects.all()
    assert f"#{owner.pk}" in entry.change_message
    assert owner.email not in entry.change_message


def test_owner_before_knows_secrets_that_stay_valid() -> None:
    before, browser = make_user(), staff()
    application, _secret = create_application("Kranplaner", owner=before)
    wanted = form(browser.get(path(application)), owner=make_user().email)
    asked = browser.post(path(application), wanted)
    assert "stay valid, also for the owner before" in words(asked)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": ""}, "name", "Please enter a name."),
        ({"scopes": []}, "scopes", "Please choose: Scopes."),
        ({"owner": "nobody@example.com"}, "owner", "Nobody with this address has joined."),
        (
            {"redirect_uris": "partner.example"},
            "redirect_uris",
            "Each must be an absolute https URL",
        ),
    ],
)
def test_refused_form_keeps_what_was_typed(
    changes: dict[str, object], field: str, sentence: str
) -> None:
    application, browser = make(), staff()
    page = browser.get(path(application))
    refused = browser.post(path(application), form(page, **{"name": "Kran", **changes}))
    assert refused.status_code == 422
    assert sentence in error_beside(refused, field)
    assert Application.objects.get().name == "Kranplaner"


def test_change_of_a_colleague_meanwhile_is_told() -> None:
    application, browser = make(), staff()
    page = browser.get(path(application))
    Application.objects.update(name="Renamed")
    refused = browser.post(path(application), form(page, name="Kran"))
    assert refused.status_code == 422
    assert "Somebody else has changed the application." in words(refused)
    assert 'value="Kran"' in html(refused)
    assert Application.objects.get().name == "Renamed"


def test_form_sent_unchanged_changes_nothing() -> None:
    application, browser = make(), staff()
    done = browser.post(path(application), form(browser.get(path(application))), follow=True)
    assert "Nothing was changed." in words(done)
    assert not LogEntry.objects.exists()
