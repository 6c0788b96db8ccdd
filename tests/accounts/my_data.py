"""Addresses of the pages about a member's data, and browsers that may use them."""

from django.test import Client as Visitor

from shop.tenancy.models import User
from tests.accounts.factors import by_password
from tests.factories import PASSWORD
from tests.pages import visitor

DATA = "/portal/my-data/"
EXPORT = "/portal/my-data/export/"
DELETE = "/portal/my-data/delete/"


def signed_in(user: User) -> Visitor:
    """A browser in which the member has just signed in, and shown once more who they are."""
    browser = visitor()
    by_password(browser, user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser
