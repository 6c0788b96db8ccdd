"""Hooks that tell schemathesis of rules that no schema can state.

A request that the schema allows may be refused, by 422 or at the open order by 400, for one of
these reasons and no other. Whatever else a schema-valid request is refused for is a rule that the
schema lacks. `tests.api.schema_order` keeps an open order at hand.
"""

import re
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

from tests.api import schema_order  # noqa: F401  # hooks of its own

INVISIBLE = {"must not be blank.": "which signs of rare scripts show nothing by themselves"}
WHOLE = {"must be an integer.": "1.0 is an integer to a schema, not to us"}
ADDRESS = {
    "must be a valid URI.": "ports are numbers up to 65535; bracketed addresses",
    "must name a host.": "ports from 1",
    "must name a valid host.": "lengths of names and labels, numbers in other notations",
    "must not be an IP address that is not public.": "which networks are public",
    "must not be a name of this machine.": "which names these are",
}
EMAIL = {"must be a bare e-mail address.": "which domains there may be, in all scripts"}
LOGIN = {"may contain @ only if it equals user_email.": "compares two members"}
PROMOTION = {"is not valid now for this tier.": "our rows, and the time"}
MOMENT = {"must be a time like 2026-01-31T12:00:00Z.": "how many days a month has; which years"}
INTERVAL = {"must be month: this tier is not sold by the year.": "our rows"}
TIER = {"is not a tier that can be ordered.": "a tier retired since the schema was read"}


def pair(*sentences: str) -> dict[str, str]:
    """Rules between members. A schema could state them, but stumps generators of clients then."""
    return dict.fromkeys(sentences, "a rule between members, told in their texts")


NEEDED = pair("is required.")


def vat_id(country: str) -> dict[str, str]:
    """Rules of a VAT ID beside the member `country`."""
    return {
        "is not a VAT ID: its form or its check digits are wrong.": "check digits, by country",
        f"must begin with the code of {country}; EL for Greece.": "compares two members",
    }


# Of PATCH: they depend on the order as it is.
STATE = {
    "is required.": "what the order would lack",
    "cannot be changed any more: it was delivered.": "how far setting up is",
    "was corrected as often as allowed.": "earlier corrections",
    "is one more member than the tier of this project allows.": "our rows",
    "is a member of this project already, or invited.": "our rows",
}
SET = {"is set: only the client_admin and the shop can change it.": "what was filled in"}
BUSINESSES = {"must be company: this shop sells to businesses only.": "a setting"}
USED_KEY = "This Idempotency-Key was used for another request, which placed order …."
# By member: each sentence, and why a schema cannot say it.
BEYOND_A_SCHEMA = {
    "client_name": INVISIBLE | STATE | pair("must not be given together with client_id."),
    "project_name": {
        **INVISIBLE,
        **STATE,
        **pair(
            "must not be given together with project_id.",
            "is required with client_id, unless project_id is given.",
        ),
    },
    "user_first_name": INVISIBLE,
    "user_last_name": INVISIBLE,
    "admin_user_access_token": {
        "is not a valid token for this order.": "which tokens live, and whose client it is",
        **pair("is required with client_id."),
    },
    "project_id": {
        "is not a project of this client.": "our rows",
        **WHOLE,
        **pair("must not be given together with project_name."),
    },
    "client_id": {
        **WHOLE,
        **pair("is required with project_id.", "must not be given together with client_name."),
    },
    "product": {"is not the tier of this project.": "our rows", **TIER},
    "promo_code": PROMOTION,
    "interval": INTERVAL,
    "redirection_uri": ADDRESS,
    "user_email": EMAIL | STATE | pair("is required with project_id."),
    "user_login": LOGIN,
    "billing": {"must not be given: this client has billing data already.": "our rows", **SET},
    **dict.fromkeys(("billing.company", "billing.name"), INVISIBLE | NEEDED),
    **dict.fromkeys(
        ("billing.street", "billing.street2", "billing.postal_code", "billing.city"), INVISIBLE
    ),
    "billing.reference": INVISIBLE,
    "billing.email": EMAIL,
    "billing.customer_type": BUSINESSES,
    "billing.vat_id": INVISIBLE | vat_id("billing.country"),
    "page": pair("must not be given together with cursor."),
    "cursor": {
        **pair("must not be given together with page."),
        "is not a cursor of this list.": "only this list makes them",
    },
    "created_after": MOMENT,
    "updated_after": MOMENT,
    "since": MOMENT,
    "url": ADDRESS,
    "reason": INVISIBLE,
    "base": {
        USED_KEY: "earlier calls",
        "This application has 20 webhook endpoints already.": "how many there are",
        **pair("Send either since or delivery."),
    },
    "delivery": {"is not a delivery of this webhook endpoint.": "which deliveries there are"},
}
CARD = {"must not hold a card number: payment is by invoice.": "which numbers are those of cards"}
TEXT = INVISIBLE | CARD
ALONE = {"is allowed in the billing contact only.": "compares with the resource's address"}
TEXTS = (
    *("firstName", "lastName", "company", "street1", "street2", "city", "postalCode"),
    *("stateOrProvince", "phone1", "phone2", "fax"),
)
# The same of the open order, whose bodies have members of other names.
BEYOND_A_RESOURCE = {
    **dict.fromkeys(TEXTS, TEXT),
    "company": TEXT | NEEDED,
    "lastName": TEXT | NEEDED,
    "customerType": ALONE | BUSINESSES,
    "vatId": TEXT | ALONE | vat_id("countryCode"),
    "reference": TEXT | ALONE,
    "accountNumber": WHOLE | CARD,
    "name": {**TEXT, "must not be given more than once.": "attributes are named once; two members"},
    "projectId": WHOLE | CARD,
    "offering": TIER,
    "displayName": TEXT,
    "promoCode": TEXT | PROMOTION,
    "interval": INTERVAL,
    "Idempotency-Key": {USED_KEY: "earlier calls"},
    "email1": EMAIL | CARD,
    "email2": EMAIL | CARD,
    "userName": CARD,
    "value": TEXT | ADDRESS,
}
# What validate and submit find in other resources than in their own body.
REQUIRED = "is required."
BEYOND_AN_ACTION = {
    **dict.fromkeys(("account", "products", "regular", "name"), (REQUIRED,)),
    "accountNumber": ("is required with projectId.",),
    "displayName": (REQUIRED, "must not be given together with projectId."),
    "Idempotency-Key": (USED_KEY,),
    "email1": (REQUIRED, "is required with projectId."),
    "projectId": ("must not be given together with displayName.",),
    "promoCode": tuple(PROMOTION),
    "interval": tuple(INTERVAL),
    "userName": ("may contain @ only if it equals email1.",),
}


@schemathesis.check
def refusal_is_beyond_a_schema(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A schema-valid request is refused for a listed reason only."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code == 422 and "error" in response.json():
        for member, sentences in response.json()["error"].items():
            named = {re.sub("[0-9a-f]{32}", "…", sentence) for sentence in sentences}
            unlisted = named - BEYOND_A_SCHEMA.get(member, {}).keys()
            assert not unlisted, f"The schema does not say that {member} {unlisted}"
    elif response.status_code in {400, 422}:
        told = response.json()["badRequest"]
        assert told["details"], f"The schema does not say: {told['message']}"
        listed: dict[str, Any] = BEYOND_A_RESOURCE
        if case.operation.path.endswith("/action"):
            listed = BEYOND_AN_ACTION
        for member, text in told["details"].items():
            # Where several sentences are told they stand in one text.
            rest = re.sub("[0-9a-f]{32}", "…", text)
            for sentence in listed.get(member, ()):
                rest = rest.replace(sentence, "").strip()
            assert not rest, f"The schema does not say that {member} {rest}"
