"""The table of access: whom each address is for, and what it answers to others.

An address without a line fails `test_access_matrix` by name: a new page cannot be forgotten.
"""

from collections.abc import Collection
from enum import Enum

from tests.backoffice.test_permissions import ADDRESSES, GROUPS


class Kind(Enum):
    """The people for whom an address is."""

    PUBLIC = "anybody, and caches may keep it"
    PRIVATE = "anybody, for what is theirs or whose secret they hold; no cache may keep it"
    MEMBER = "whoever is signed in"
    CLIENT = "the client_admin"
    OWNER = "the owner of the application, whom the tests make the client_admin"
    PROJECT = "the client_admin and the project's members"
    SEAT = "the project's members"
    LIST = "programs with a token that may read"
    ORDER = "the program that placed the order"
    DEMO = "the demo alone"
    NOBODY = "who holds a token that is signed with the shop's key, and a minute old at most"


class Outcome(Enum):
    """The answer to a role."""

    IN = "the page, or a form's answer"
    SIGN_IN = "the way to the sign-in page"
    FACTOR = "the way to setting up a second factor"
    FORBIDDEN = "403"
    MISSING = "404"
    NO_METHOD = "405"
    UNKNOWN = "401 or 404, in the shape of an API"


TABLE: dict[str, Kind | set[str]] = {
    **dict.fromkeys(
        ("", "tiers/{slug}/", "imprint/", "privacy/", "terms/", "accessibility/", "data-processing/", "withdrawal/", "withdrawal-form/",
         *(f"{slug}/{{number}}/{{language}}.pdf" for slug in
           ("imprint", "privacy", "terms", "accessibility", "data-processing", "withdrawal", "withdrawal-form")),
         "api/openapi.json", "api/docs", ".well-known/oauth-authorization-server", ".well-known/security.txt",
         "api/docs/", "api/docs/open-order", "api/docs/open-order/", "api/docs/changelog",
         "api/docs/changelog.atom", "api/docs/search", "api/docs/{chapter}",
         "api/docs/{chapter}/", "api/docs/open-order/{chapter}", "api/docs/open-order/{chapter}/",
         "livez", "readyz",
         "sitemap.xml", "robots.txt", "favicon.ico"),
        Kind.PUBLIC,
    ),
    **dict.fromkeys(
        ("checkout/", "checkout/price/", "checkout/tier/", "cancel-contract/", "withdraw/",
         "declarations/received/{token}/", "declarations/prove/{token}/",
         "declarations/proven/{token}/", "register/", "register/{order_hash}/",
         "register/{order_hash}/progress/", "register/{order_hash}/resend/",
         "register/{order_hash}/code/", "register/{order_hash}/{rest}", "register/{order_hash}/join/{token}/",
         "register/{order_hash}/join/", "register/{order_hash}/join/{token}/passkey/",
         "account/back-office/{token}/",
         "account/login/", "account/logout/", "account/inactive/", "account/login/code/",
         "account/login/code/confirm/", "account/confirm-email/", "account/password/reset/",
         "account/password/reset/done/", "account/password/reset/key/done/",
         "account/password/reset/key/{uidb36}-{key}/", "account/2fa/authenticate/",
         # Leads to the page of all factors.
         "account/2fa/webauthn/", "account/2fa/webauthn/login/", "oauth/token", "oauth/revoke"),
        Kind.PRIVATE,
    ),
    **dict.fromkeys(
        # Revoking somebody else's token is like revoking one twice: nothing happens.
        ("portal/tokens/{pk}/revoke/", "portal/invitations/{pk}/accept/",
         "account/2fa/", "account/2fa/reauthenticate/", "account/2fa/totp/activate/",
         "account/2fa/totp/deactivate/", "account/2fa/recovery-codes/",
         "account/2fa/recovery-codes/generate/", "account/2fa/recovery-codes/download/",
         "account/2fa/webauthn/add/",
         "account/2fa/webauthn/reauthenticate/", "account/2fa/webauthn/keys/{pk}/remove/",
         "account/2fa/webauthn/keys/{pk}/edit/", "account/sessions/", "account/password/set/",
         "account/password/change/", "account/reauthenticate/", "account/email/",
         "oauth/authorize", "portal/", "portal/first-steps/hide/", "portal/clients/",
         "portal/tokens/", "portal/tokens/new/", "portal/applications/",
         "portal/my-data/", "portal/my-data/export/", "portal/my-data/delete/",
         "portal/my-data/delete/undo/", "portal/profile/"),
        Kind.MEMBER,
    ),
    **dict.fromkeys(
        ("portal/clients/{pk}/", "portal/clients/{pk}/orders/",
         "portal/clients/{pk}/billing/", "portal/clients/{pk}/invoices/",
         "portal/invoices/{number}/pay/",
         "portal/clients/{pk}/invoices/{number}/pdf", "portal/clients/{pk}/invoices/{number}/xml",
         "portal/clients/{pk}/company/", "portal/clients/{pk}/export/",
         "portal/clients/{pk}/export/download/", "portal/clients/{pk}/ask-for-successor/",
         "portal/projects/{pk}/export/", "portal/projects/{pk}/export/waive/",
         "portal/clients/{pk}/add-project/", "portal/clients/{pk}/hand-over/",
         "portal/clients/{pk}/hand-over/{user}/", "portal/projects/{pk}/invite/",
         "portal/projects/{pk}/members/{membership}/role/",
         "portal/projects/{pk}/members/{membership}/remove/",
         "portal/projects/{pk}/members/{membership}/resend/",
         "portal/tokens/programs/{pk}/revoke/"),
        Kind.CLIENT,
    ),
    **dict.fromkeys(
        (f"portal/applications/{{pk}}/{path}" for path in
         ("", "credentials/", "credentials/client-secret/", "credentials/signing-secret/",
          "credentials/tokens/new/", "credentials/tokens/{token}/revoke/", "webhooks/", "webhooks/new/",
          *(f"webhooks/{{endpoint}}/{rest}" for rest in
            ("", "edit/", "on/", "off/", "delete/", "secret/", "test/", "replay/",
             *(f"events/{{webhook}}/{rest}" for rest in ("", "progress/", "replay/")))))),
        Kind.OWNER,
    ),
    "portal/projects/{pk}/": Kind.PROJECT,
    "portal/projects/{pk}/open/": Kind.PROJECT,
    "portal/projects/{pk}/leave/": Kind.SEAT,
    "portal/subscriptions/{pk}/": Kind.PROJECT,
    **dict.fromkeys(
        ("portal/subscriptions/{pk}/plan/", "portal/subscriptions/{pk}/plan/confirm/",
         "portal/subscriptions/{pk}/plan/undo/", "portal/subscriptions/{pk}/cancel/",
         "portal/subscriptions/{pk}/cancel/undo/"),
        Kind.CLIENT,
    ),
    "payments/notify/": Kind.PUBLIC,
    "register/{order_hash}/address/": Kind.PRIVATE,
    "register/{order_hash}/billing/": Kind.PRIVATE,
    **dict.fromkeys(
        ("register/{order_hash}/cancel/", "register/{order_hash}/cancel/link/",
         "register/{order_hash}/cancel/{token}/", "contact/"),
        Kind.PRIVATE,
    ),
    "api/orders": Kind.LIST,
    **dict.fromkeys(("api/orders/{order_hash}", "api/orders/{order_hash}/cancel"), Kind.ORDER),
    **dict.fromkeys(("api/products", "api/products/{slug}"), Kind.PRIVATE),
    **dict.fromkeys(("api/invoices", "api/webhook_endpoints"), Kind.LIST),
    **dict.fromkeys(
        ("api/invoices/{number}", "api/invoices/{number}/pdf", "api/invoices/{number}/xml",
         "api/webhook_endpoints/{endpoint_id}",
         "api/webhook_endpoints/{endpoint_id}/test", "api/webhook_endpoints/{endpoint_id}/rotate_secret",
         "api/webhook_endpoints/{endpoint_id}/deliveries", "api/webhook_endpoints/{endpoint_id}/replay"),
        Kind.ORDER,
    ),
    **dict.fromkeys(("dev/mailbox/", "dev/mailbox/{pk}/",
                     "dev/mailbox/{pk}/html/", "dev/mailbox/{pk}/attached/{position}/", "dev/project/{pk}/", "metrics"), Kind.DEMO),
    "probe/{token}": Kind.NOBODY,
    "version": ADDRESSES["version/"],
    **{f"staff/{address}": groups for address, groups in ADDRESSES.items()},
}  # fmt: skip
OPEN_ORDER = (
    "", "/account", "/account/contactInfo", "/account/contactInfo/{kind}", "/account/user",
    "/account/paymentInfo", "/account/products", "/account/products/{product_id}",
    "/account/products/{product_id}/services",
    "/account/products/{product_id}/services/{service_id}", "/attributes", "/quote", "/action",
    "/",
)  # fmt: skip
TABLE |= {f"order{path}": Kind.PRIVATE for path in ("s", *OPEN_ORDER)}
TABLE |= {f"orders/{{order_hash}}{path}": Kind.ORDER for path in OPEN_ORDER}
for alias in ("", "/services", "/services/{service_id}"):
    TABLE[f"order/product/{{product_id}}{alias}"] = Kind.PRIVATE

OUTSIDERS = ("anonymous", "program", "other program", "reader", "person's token")
MEMBERS = ("member", "project admin", "client_admin", "other client_admin")
STAFF = ("no group", "viewer", "export", "agent", "admin", "billing", "all")
ROLES = (*OUTSIDERS, *MEMBERS, *STAFF, "password alone")
PEOPLE = (*MEMBERS, *STAFF, "password alone")
# Whom each kind admits, and what it answers to others: signed out, and signed in.
RULES: dict[Kind, tuple[Collection[str], Outcome, Outcome]] = {
    Kind.PUBLIC: (ROLES, Outcome.IN, Outcome.IN),
    Kind.PRIVATE: (ROLES, Outcome.IN, Outcome.IN),
    Kind.DEMO: ((), Outcome.MISSING, Outcome.MISSING),
    Kind.NOBODY: ((), Outcome.MISSING, Outcome.MISSING),
    Kind.MEMBER: (PEOPLE, Outcome.SIGN_IN, Outcome.IN),
    Kind.CLIENT: (["client_admin"], Outcome.SIGN_IN, Outcome.MISSING),
    Kind.OWNER: (["client_admin"], Outcome.SIGN_IN, Outcome.MISSING),
    Kind.PROJECT: (
        ["client_admin", "project admin", "member"],
        Outcome.SIGN_IN,
        Outcome.MISSING,
    ),
    Kind.SEAT: (["project admin", "member"], Outcome.SIGN_IN, Outcome.MISSING),
    Kind.LIST: (OUTSIDERS[1:], Outcome.UNKNOWN, Outcome.UNKNOWN),
    Kind.ORDER: (["program", "reader"], Outcome.UNKNOWN, Outcome.UNKNOWN),
}
LOOKERS = ("viewer", "export", "no group", "project admin", "member")
STRANGERS = ("anonymous", "other program", "other client_admin")
# The admin group may look at these, and change none.
LOOKED_AT = {
    f"staff/catalogue/{name}/{{object_id}}/change/"
    for name in ("tenancy/project", "tenancy/user", "catalogue/vatrate")
}
OTHER_METHODS = ("head", "options", "put", "delete", "trace")


def expected(kind: Kind | set[str], role: str) -> Outcome:
    """The answer of an address of `kind` to `role`."""
    if isinstance(kind, set):
        others = Outcome.IN if role in kind or kind == set(GROUPS) else Outcome.FORBIDDEN
        found = {"password alone": Outcome.FACTOR, **dict.fromkeys(MEMBERS, Outcome.MISSING)}
        return {**found, **dict.fromkeys(OUTSIDERS, Outcome.SIGN_IN)}.get(role, others)
    admits, outsider, insider = RULES[kind]
    if role in admits:
        return Outcome.IN
    return outsider if role in OUTSIDERS else insider


def matches(kind: Kind | set[str], wanted: Outcome, found: Outcome) -> bool:
    """Tell whether an answer is as the table wants it."""
    if found == Outcome.NO_METHOD:
        return True
    if wanted == Outcome.UNKNOWN:
        return found in {Outcome.UNKNOWN, Outcome.MISSING, Outcome.FORBIDDEN}
    if wanted != Outcome.IN:
        return found == wanted
    if kind in {Kind.PUBLIC, Kind.PRIVATE}:
        return found != Outcome.SIGN_IN
    if kind in {Kind.LIST, Kind.ORDER}:
        return found != Outcome.UNKNOWN
    if kind in {Kind.CLIENT, Kind.OWNER, Kind.PROJECT, Kind.SEAT}:
        return found == Outcome.IN
    return found not in {Outcome.SIGN_IN, Outcome.FORBIDDEN}
