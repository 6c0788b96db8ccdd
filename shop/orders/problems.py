"""Codes of problems with an order, and their sentences for programs; see `shop.form_texts`."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from shop.faults import Fault

# `{0}` and `{1}` are the other fields that the rule is about.
SENTENCES = {
    # One field by itself.
    "required": "is required.",
    "blank": "must not be blank.",
    "too_long": "must have at most {limit} characters.",
    "control_characters": "must not contain control characters.",
    "not_a_string": "must be a string.",
    "not_unicode": "must be valid Unicode text.",
    "not_an_integer": "must be an integer.",
    "out_of_range": "must be an integer from 1 to {limit}.",
    "invalid": "is not valid.",
    "not_an_object": "must be an object.",
    "too_many_members": "must have at most {limit} keys.",
    "key_blank": "must not have a blank key.",
    "key_too_long": "must not have a key of more than {limit} characters.",
    "key_control_characters": "must not have a key with control characters.",
    "key_not_unicode": "must not have a key that is not valid Unicode text.",
    "unknown_language": "must be de or en.",
    "unknown_interval": "must be month or year.",
    "unknown_customer_type": "must be company or private.",
    "unknown_country": "must be a country code of two capital letters, as in ISO 3166.",
    "not_an_email": "must be a bare e-mail address.",
    "login_characters": "must consist of ASCII letters, digits and @ . + - _ only.",
    "read_only": "is read-only.",
    "unknown_member": "is not known here.",
    "beside_the_order": "is not known here: fields of the order belong inside order.",
    # Addresses of webhooks.
    "not_ascii": "must be a URI of printable ASCII characters.",
    "not_a_uri": "must be a valid URI.",
    "not_https": "must be an absolute https URI.",
    "fragment": "must not contain a fragment.",
    "no_host": "must name a host.",
    "invalid_host": "must name a valid host.",
    "user_information": "must not contain user information.",
    "not_public": "must not be an IP address that is not public.",
    "local_name": "must not be a name of this machine.",
    # Several fields together, or with what is stored.
    "required_with": "is required with {0}.",
    "required_unless": "is required with {0}, unless {1} is given.",
    "client_required": "is required with {0}.",
    "two_clients": "must not be given together with {0}.",
    "two_projects": "must not be given together with {0}.",
    "login_is_another_email": "may contain @ only if it equals {0}.",
    "businesses_only": "must be company: this shop sells to businesses only.",
    "invalid_vat_id": "is not a VAT ID: its form or its check digits are wrong.",
    "vat_id_of_another_country": "must begin with the code of {0}; EL for Greece.",
    "client_has_billing": "must not be given: this client has billing data already.",
    "not_by_the_year": "must be month: this tier is not sold by the year.",
    "unknown_tier": "is not a tier that can be ordered.",
    "invalid_promo_code": "is not valid now for this tier.",
    "invalid_token": "is not a valid token for this order.",
    "not_client_admin": "is not a client that you administer.",
    "unknown_project": "is not a project of this client.",
    "project_closed": "is a project whose contract has ended: nobody can join it.",
    "wrong_tier": "is not the tier of this project.",
    # What is filled in, corrected or added later.
    "not_fillable": "cannot be filled in.",
    "not_correctable": "cannot be corrected here.",
    "wrong_state": "cannot be changed in this state of the order.",
    "billing_is_set": "is set: only the client_admin and the shop can change it.",
    "delivered": "cannot be changed any more: it was delivered.",
    "corrected_too_often": "was corrected as often as allowed.",
    "no_seat": "is one more member than the tier of this project allows.",
    "already_member": "is a member of this project already, or invited.",
}

LARGEST = 2**63 - 1  # of the ids that databases keep

# Pydantic's error types, as this API's codes.
CODES = {
    "missing": "required",
    "string_too_short": "blank",
    "string_too_long": "too_long",
    "string_type": "not_a_string",
    "string_unicode": "not_unicode",
    "int_type": "not_an_integer",
    "int_from_float": "not_an_integer",
    "int_parsing_size": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "extra_forbidden": "unknown_member",
    "dict_type": "not_an_object",
    "too_long": "too_many_members",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
}

KEY = "[key]"  # ends the path of a fault that is in a key


@dataclass(frozen=True)
class Problem:
    """One broken rule: the field of the order document at fault, and a key of SENTENCES."""

    member: str
    code: str
    others: tuple[str, ...] = ()
    limit: int = 0
    tier: str = ""  # its name

    def sentence(self, name: Callable[[str], str] = str) -> str:
        """The English sentence for programs; `name` says what they call other fields."""
        return SENTENCES[self.code].format(*map(name, self.others), limit=self.limit)

    def fault(self, name: Callable[[str], str] = str) -> Fault:
        """The problem as programs are told it; `name` as for `sentence`."""
        return Fault(self.code, self.sentence(name))


def field_problem(member: str, fault: ErrorDetails) -> Problem:
    """The problem that pydantic found in a field, without the value that was sent."""
    code, path = CODES.get(fault["type"], fault["type"]), fault["loc"]
    if code == "literal_error":
        code = f"unknown_{path[-1]}"
    others = LARGEST if code == "out_of_range" else 0
    limit = fault.get("ctx", {}).get("max_length", others)
    if len(path) > 2 and path[-1] == KEY:
        # Named after the object: a key that is at fault may be of any length.
        member, code = ".".join(map(str, path[:-2])), f"key_{code}"
    return Problem(member, code if code in SENTENCES else "invalid", limit=limit)
