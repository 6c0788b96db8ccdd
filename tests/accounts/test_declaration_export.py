"""The data export holds what was declared with one of the person's addresses."""

import pytest

from shop.data_export import export
from tests.contract_factories import make_declaration
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_export_holds_what_was_declared_with_the_persons_address() -> None:
    user = make_user(email="nina@example.com")
    case = make_declaration(contract="Nachtdreh", email="Nina@EXAMPLE.com")
    make_declaration(email="other@example.com")
    (declared,) = export(user)["declarations"]
    assert declared == {
        "kind": "cancellation",
        "received_at": case.declaration.received_at.isoformat(),
        "name": "Nina Nagel",
        "contract": "Nachtdreh",
        "email": "Nina@EXAMPLE.com",
        "for_cause": False,
        "reason": "",
        "wished_end": None,
        "keep_until": case.declaration.keep_until.isoformat(),
    }
