"""What schemathesis is told about rules that no schema can state.

A request that the schema allows may be answered with 422 for one of these reasons and no other.
Whatever else a schema-valid request is refused for is a rule that the schema lacks.
"""

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

NAMES = ("client_name", "project_name", "user_first_name", "user_last_name")
# By member: each sentence, and why a schema cannot say it.
BEYOND_A_SCHEMA = {
    **{
        name: {"must not be blank.": "which signs of rare scripts show nothing by themselves"}
        for name in NAMES
    },
    "admin_user_access_token": {
        "is not a valid token for this order.": "which tokens live, and whose client it is",
    },
    "project_id": {
        "is not a project of this client.": "our rows",
        "must be an integer.": "1.0 is an integer to a schema, not to us",
    },
    "client_id": {
        "must be an integer.": "1.0 is an integer to a schema, not to us",
    },
    "product": {
        "is not the tier of this project.": "our rows",
        "is not a tier that can be ordered.": "a tier retired since the schema was read",
    },
    "promo_code": {
        "is not valid now for this tier.": "our rows, and the time",
    },
    "redirection_uri": {
        "must be a valid URI.": "ports are numbers up to 65535; bracketed addresses",
        "must name a host.": "ports from 1",
        "must name a valid host.": "lengths of names and labels, numbers in other notations",
        "must not be an address that is not public.": "which networks are public",
        "must not be a name of this machine.": "which names these are",
    },
    "user_email": {
        "must be a bare e-mail address.": "which domains there may be, in all scripts",
    },
    "user_login": {
        "may contain @ only if it equals user_email.": "compares two members",
    },
    "created_after": {
        "must be a time like 2026-01-31T12:00:00Z.": "how many days a month has",
    },
    "updated_after": {
        "must be a time like 2026-01-31T12:00:00Z.": "how many days a month has",
    },
    "base": {
        "This Idempotency-Key was used for another request.": "earlier calls",
    },
}


@schemathesis.check
def refusal_is_beyond_a_schema(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A schema-valid request is refused for a listed reason only."""
    if (
        response.status_code != 422
        or case.meta is None
        or not case.meta.generation.mode.is_positive
    ):
        return
    for member, sentences in response.json()["error"].items():
        unlisted = set(sentences) - BEYOND_A_SCHEMA.get(member, {}).keys()
        assert not unlisted, f"The schema does not say that {member} {unlisted}"
