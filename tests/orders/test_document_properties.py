"""Whatever is sent: it is taken, or refused by the names of members. Never anything else."""

import json
from typing import Any

from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shop.orders.billing_fields import BillingData
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.order_fields import READ_ONLY, OrderDocument
from tests.factories import make_application, make_token

MEMBERS = [*OrderDocument.model_fields, *sorted(READ_ONLY)]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
plausible = st.sampled_from(
    [
        "s",
        "Yamdu FREE",
        "de",
        "a@example.com",
        "https://example.com/hook",
        "http://[::1]:80/",
        1,
        2**63,
    ]
)
documents = st.dictionaries(
    st.sampled_from(MEMBERS) | st.text(st.characters(), max_size=5),
    plausible | anything,
    max_size=8,
)
patient = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


class AnyDocument(TestCase):
    """One transaction an example."""

    @patient
    @given(documents)
    def test_check_of_anything_takes_it_or_names_members(self, document: dict[str, Any]) -> None:
        try:
            checked = check_document(document)
        except InvalidDocumentError as refused:
            assert refused.errors
            inner = {f"billing.{name}" for name in BillingData.model_fields}
            for member in ("billing", "metadata"):
                value = document.get(member)
                if isinstance(value, dict):
                    inner |= {f"{member}.{name}" for name in value}
            assert refused.errors.keys() <= {*MEMBERS, *inner, *document}
            assert all(sentences for sentences in refused.errors.values())
        else:
            assert checked.product.code == document["product"]

    @patient
    @given(documents)
    def test_post_of_anything_is_created_or_refused(self, document: dict[str, Any]) -> None:
        token = make_token(make_application())
        answer = Client().post(
            "/api/orders",
            data=json.dumps({"order": document}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        # 400: NaN and Infinity are no JSON, though Python writes them.
        assert answer.status_code in {201, 400, 422}
        assert answer.json()["status"] == answer.status_code

    @patient
    @given(
        st.binary(min_size=1, max_size=300)
        | st.text(st.characters(codec="utf-8"), min_size=1, max_size=300).map(str.encode)
    )
    def test_post_of_any_bytes_is_answered_in_the_envelope(self, body: bytes) -> None:
        token = make_token(make_application())
        answer = Client().generic(
            "POST",
            "/api/orders",
            data=body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 400
        assert answer.json()["error"]["base"]
