"""Contacts, the user and the payment."""

from typing import Any

import pytest

from tests.open_order.calls import CONTACT, by_cookie, fault

pytestmark = pytest.mark.django_db

ROOT = "http://testserver"
LETTER = {
    "name": {"firstName": "Nina", "lastName": "Nagel", "company": "Film & Söhne"},
    "address": {
        "street1": "Türkenstraße 89",
        "street2": "3. Stock",
        "city": "München",
        "postalCode": "80799",
        "stateOrProvince": "Bayern",
        "countryCode": "DE",
    },
    "contactMedia": {
        "email1": "nina@example.com",
        "email2": "film@example.com",
        "phone1": "+49 89 123456",
        "phone2": "0170/1234567",
        "fax": "(089) 123-457",
    },
}


@pytest.mark.parametrize("kind", ["regular", "billing", "administrator", "technical"])
def test_contact_is_put_read_and_deleted(base: str, kind: str) -> None:
    address = f"{base}/account/contactInfo/{kind}"
    assert by_cookie().put(address, LETTER).status_code == 200
    link = {"links": [{"href": f"{ROOT}{address}", "rel": "self"}]}
    assert by_cookie().get(address).json() == {**LETTER, **link}
    assert by_cookie().get(f"{base}/account/contactInfo/").json() == {
        "contactInfo": {kind: LETTER},
        "links": [{"href": f"{ROOT}{base}/account/contactInfo", "rel": "self"}],
    }
    gone = by_cookie().delete(f"{address}/")
    assert (gone.status_code, gone.content) == (204, b"")
    assert "Content-Type" not in gone.headers
    assert by_cookie().delete(address).status_code == 404
    assert by_cookie().get(address).status_code == 404
    assert by_cookie().get(f"{base}/account/contactInfo").json()["contactInfo"] == {}


def test_contact_of_another_kind_is_404(base: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        address = f"{base}/account/contactInfo/administrative"
        assert by_cookie().call(method, address, CONTACT).status_code == 404


@pytest.mark.parametrize(("part", "member", "value", "text"), [
    ("name", "firstName", None, "is required."),
    ("name", "lastName", "", "must not be blank."),
    ("name", "company", 7, "must be a string."),
    ("name", "salutation", "Dr.", "is not known here."),
    ("address", "street1", None, "is required."),
    ("address", "city", None, "is required."),
    ("address", "postalCode", None, "is required."),
    ("address", "countryCode", "de", "must be a country code of two capital letters, as in ISO 3166."),
    ("address", "countryCode", "DEU", "must be a country code of two capital letters, as in ISO 3166."),
    ("contactMedia", "email1", None, "is required."),
    ("contactMedia", "email1", "Nina <nina@example.com>", "must be a bare e-mail address."),
    ("contactMedia", "email1", "jürgen@example.com", "must be a bare e-mail address."),
    ("contactMedia", "email2", "a@1.אב.com", "must be a bare e-mail address."),
    ("contactMedia", "email1", f"{'x' * 65}@example.com", "must be a bare e-mail address."),
    ("contactMedia", "email2", "nina", "must be a bare e-mail address."),
    ("contactMedia", "phone1", "1\n2", "must not contain control characters."),
])  # fmt: skip
def test_contact_with_a_fault_is_refused_by_name(
    part: str, member: str, value: Any, text: str
) -> None:
    letter = {**LETTER, part: {**LETTER[part], member: value}}
    answer = by_cookie().put("/order/account/contactInfo/regular", letter)
    assert fault(answer) == (400, "badRequest", {member: text})


def test_contact_needs_name_and_media_alone() -> None:
    answer = by_cookie().put("/order/account/contactInfo/billing", {"address": None})
    required = {"name": "is required.", "contactMedia": "is required."}
    assert fault(answer) == (400, "badRequest", required)
    least = {"name": {"firstName": "N", "lastName": "N"}, "contactMedia": {"email1": "n@gmx.com"}}
    assert by_cookie().put("/order/account/contactInfo/billing", least).status_code == 200


def test_password_is_refused() -> None:
    answer = by_cookie().put("/order/account/user", {"userName": "custy1", "password": "secret-7"})
    text = "is not accepted: members set theirs on the registration page."
    assert fault(answer) == (400, "badRequest", {"password": text})
    assert "secret-7" not in answer.content.decode()


@pytest.mark.parametrize(("value", "text"), [
    (None, "is required."),
    ("a b", "must consist of ASCII letters, digits and @ . + - _ only."),
    ("x" * 151, "must have at most 150 characters."),
    (7, "must be a string."),
])  # fmt: skip
def test_user_name_with_a_fault_is_refused(value: Any, text: str) -> None:
    answer = by_cookie().put("/order/account/user", {"userName": value})
    assert fault(answer) == (400, "badRequest", {"userName": text})


@pytest.mark.parametrize("kind", ["credit_card", "vz_payment", "Offline", "", 1])
def test_payment_is_by_invoice_only(kind: Any) -> None:
    answer = by_cookie().put("/order/account/paymentInfo", {"paymentInfoType": kind})
    text = "must be offline: payment is by invoice."
    assert fault(answer) == (400, "badRequest", {"paymentInfoType": text})


def test_payment_takes_nothing_beside_its_type() -> None:
    sent = {"paymentInfoType": "offline", "cardHolderName": "Nina", "verificationNumber": None}
    text = "is not accepted: payment is by invoice, never by card."
    answer = by_cookie().put("/order/account/paymentInfo", sent)
    assert fault(answer)[2] == {"cardHolderName": text, "verificationNumber": text}
