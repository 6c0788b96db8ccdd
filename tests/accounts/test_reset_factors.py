"""`manage.py reset_factors`."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from shop.notifications.emails.kinds import render
from shop.notifications.emails.models import Message
from tests.accounts.factors import add_app, by_password, by_password_and_app
from tests.factories import make_user
from tests.pages import visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def reset(email: str) -> str:
    """Return the output of the command."""
    output = StringIO()
    call_command("reset_factors", email, stdout=output)
    return output.getvalue()


def test_takes_factors_and_sessions_away_and_says_so_by_mail() -> None:
    user, other = make_user(email="nina@example.com"), make_user()
    add_app(other)
    browser = by_password_and_app(user)
    assert reset("Nina@example.com") == "nina@example.com now signs in without a second factor.\n"
    assert browser.get("/portal/").status_code == 302
    assert by_password(visitor(), user)["Location"] == "/portal/"
    assert Authenticator.objects.get().user == other
    mail = render(Message.objects.get())
    assert mail.subject == "The second step of your sign-in was reset"
    assert "We made this change on" in mail.text


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nobody@example.com", "There is no user nobody@example.com."),
        ("nina@example.com", "nina@example.com has no second factor."),
    ],
)
def test_says_why_not(email: str, sentence: str) -> None:
    make_user(email="nina@example.com")
    with pytest.raises(CommandError, match=f"^{sentence}$"):
        reset(email)
