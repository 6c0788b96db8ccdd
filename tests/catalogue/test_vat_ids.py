"""VAT ids: the canonical form, prefixes and checksums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.catalogue.vat_ids import (
    VatIdProblem,
    canonical_vat_id,
    vat_id_country,
    vat_id_problem,
    vies_knows,
)
from tests.factories import BILLING, SELLER

pytestmark = pytest.mark.once

MALFORMED, OTHER_COUNTRY = VatIdProblem.MALFORMED, VatIdProblem.OTHER_COUNTRY


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("ATU12345675", "ATU12345675"),
        (" at u 123 456 75 ", "ATU12345675"),
        ("DE 123.456.788", "DE123456788"),
        ("DE\u00a0123\u2011456\u2011788", "DE123456788"),
        ("BE 428.759.497", "BE0428759497"),
        ("FR 40 303 265 045", "FR40303265045"),
        ("GR 094259216", "EL094259216"),
        ("EL 094259216", "EL094259216"),
        ("XI 980 7806 84", "XI980780684"),
        ("CHE-107.787.577 IVA", "CHE107787577IVA"),
        ("not a vat id", "NOTAVATID"),
    ],
)
def test_canonical_form_has_prefix_capitals_and_digits(typed: str, canonical: str) -> None:
    assert canonical_vat_id(typed) == canonical
    assert canonical_vat_id(canonical) == canonical


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("ATU12345675", "AT"),
        ("EL094259216", "GR"),
        ("gr 094259216", "GR"),
        ("XI980780684", "GB"),
        ("GB980780684", "GB"),
        ("CHE-107.787.577 MWST", "CH"),
        ("US123456789", "US"),
        (BILLING["vat_id"], BILLING["country"]),
        (SELLER["vat_id"], SELLER["country"]),
    ],
)
def test_vat_id_of_the_country_has_no_problem(typed: str, country: str) -> None:
    assert vat_id_problem(typed, country) is None


@pytest.mark.parametrize(
    ("typed", "country", "problem"),
    [
        ("ATU12345676", "AT", MALFORMED),
        ("DE123456789", "DE", MALFORMED),
        ("EL094259217", "GR", MALFORMED),
        ("XI980780685", "GB", MALFORMED),
        ("DE", "DE", MALFORMED),
        ("123456788", "DE", MALFORMED),
        ("Ä!", "DE", MALFORMED),
        ("US" + "1" * 19, "US", MALFORMED),
        ("ATU12345675", "DE", OTHER_COUNTRY),
        ("XI980780684", "IE", OTHER_COUNTRY),
        ("EU826010755", "DE", OTHER_COUNTRY),
        ("U12345675", "AT", MALFORMED),
    ],
)
def test_wrong_vat_id_is_refused(typed: str, country: str, problem: VatIdProblem) -> None:
    assert vat_id_problem(typed, country) is problem


@given(st.text(max_size=30), st.sampled_from(["DE", "AT", "GR", "GB", "US", "CH"]))
def test_no_text_is_too_odd(text: str, country: str) -> None:
    canonical = canonical_vat_id(text)

    assert canonical_vat_id(canonical) == canonical
    if vat_id_problem(text, country) is None:
        assert vat_id_country(canonical) == country


@given(
    st.sampled_from(["AT", "BE", "DE", "EL", "ES", "FR", "IE", "NL", "XI", "GB", "CH", "NO"]),
    st.text(alphabet="0123456789ABTUVX", max_size=15),
)
def test_form_is_canonical_for_every_prefix(prefix: str, rest: str) -> None:
    canonical = canonical_vat_id(prefix + rest)

    assert canonical_vat_id(canonical) == canonical
    vat_id_problem(prefix + rest, vat_id_country(prefix))


def test_vies_knows_member_states_alone() -> None:
    ids = ["ATU12345675", "EL094259216", "XI980780684", "GB980780684", "CHE107787577IVA"]

    assert [vies_knows(vat_id) for vat_id in ids] == [True, True, False, False, False]
