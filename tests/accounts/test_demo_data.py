"""The data that `make run` prints for trying the demo."""

from io import StringIO

import pytest
from django.core.management import call_command

from shop.access.models import Application
from shop.access.signing_secrets import signing_secrets

pytestmark = pytest.mark.django_db


def printed() -> list[str]:
    out = StringIO()
    call_command("demo_data", stdout=out)
    return out.getvalue().splitlines()


def test_demo_prints_the_same_at_every_start() -> None:
    lines = printed()
    assert lines[1] == "staff@example.com slate-and-tally-staff"
    assert lines[2] == "customer@example.com slate-and-tally-customer"
    assert lines[4:6] == ["example-token", "example-admin-token"]
    assert printed() == lines


def test_demo_prints_the_secret_that_its_partners_webhooks_are_signed_with() -> None:
    secret = printed()[-1]
    assert signing_secrets(Application.objects.get(demo=True)) == [secret]
