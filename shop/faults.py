"""Codes for programs and sentences for people about what is wrong with a call of an API.

Programs rely on codes: one that was published keeps its name and its meaning, as
`tests/api/published_codes.txt` checks. Sentences may be reworded. Codes of fields of the order
document are in `shop.orders.problems`; `shop/guide/codes.json` says what to do about each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SENTENCES = {
    # The body.
    "invalid_json": "The body is not valid JSON: {why}.",
    "doubled_member": "The body has the field {name} more than once, at {place}.",
    "not_utf8": "The body is not UTF-8: byte {byte}, at {place}, cannot be read.",
    "nested_too_deeply": "The body is nested too deeply at {place}.",
    "too_many_digits": "The body has a number with too many digits at {place}.",
    "no_order": 'The body must be an object with the field "order", an object.',
    "body_not_an_object": "The body must be an object: {members}.",
    "body_too_large": "The body must not be larger than 64 KiB.",
    "unsupported_media_type": "The Content-Type must be application/json.",
    "unsupported_charset": "The charset must be UTF-8.",
    "unsupported_content_encoding": "The body must not have a Content-Encoding.",
    # Who calls.
    "missing_token": "Send a token: Authorization: Bearer and its value.",
    "invalid_token": "This token is not valid: it is unknown, expired or revoked.",
    "insufficient_scope": "This token lacks the scope {scope}.",
    "not_an_application": "Webhook endpoints belong to an application: use its own token.",
    "missing_owner": "Send the cookie OwnerId, or authenticate.",
    "unsupported_authorization": "Authenticate by Basic or Bearer.",
    "unreadable_credentials": "The Basic credentials cannot be read.",
    "wrong_password": "E-mail or password is wrong.",
    "password_not_enough": "A password alone is not enough here: use a token.",
    "other_site": "This request comes from a page of another site.",
    "too_many_calls": "Too many requests. Wait as Retry-After says.",
    "too_many_orders": "Too many orders from this IP address. Wait a while.",
    "too_many_sign_ins": "Too many failed sign-ins. Wait some minutes.",
    # What is called.
    "address_not_found": "There is nothing at this URL.",
    "order_not_found": "There is no such order.",
    "invoice_not_found": "There is no such invoice.",
    "tier_not_found": "There is no such tier.",
    "webhook_endpoint_not_found": "There is no such webhook endpoint.",
    "method_not_allowed": "This URL does not support this method.",
    # Query parameters.
    "unknown_parameter": "is not a parameter of this URL.",
    "given_twice": "must not be given more than once.",
    "page_with_cursor": "must not be given together with {other}.",
    "not_a_cursor": "is not a cursor of this list.",
    "not_a_time": "must be a time like 2026-01-31T12:00:00Z.",
    "unknown_state": "is not a known state.",
    "unknown_product": "is not a tier.",
    "unknown_sort": "is not a known sort order.",
    "not_a_reference": "is not a reference.",
    "not_an_order_hash": "is not an order hash.",
    "too_many_values": "must have at most {limit} values.",
    # The open order.
    "no_open_order": "There is no open order.",
    "contact_not_found": "Contacts are {kinds}.",
    "product_not_found": "There is no such product.",
    "service_not_found": "There is no such service.",
    "not_set": "This has not been set.",
    "left_out": "This was left out on purpose.",
    "no_longer_open": "The order is placed: it cannot be changed.",
    "already_open": "This owner has an open order already.",
    "already_placed": "The order has been placed already. See Location.",
    "product_already_there": "An order has one product, and this order has it already.",
    "other_currency": "The account's currency is not that of the tier.",
    "price_changed": "The price has changed. Look at the quote.",
    "outdated_quote": "is no longer the quote's Hash.",
    "invalid_fields": "The request is not valid.",
    "not_your_client": "This is not your client.",
    "client_admin_needed": "needs a caller who is authenticated as the client_admin of this "
    "client.",
    "webhooks_for_programs": "Webhooks need an application's Bearer token.",
    "application_needed": "needs an application's Bearer token.",
    "unknown_currency": "must be a currency code of ISO 4217.",
    "invalid_language_tag": "must be a well-formed language tag.",
    "unknown_attribute": "must be AffiliateId or redirection_uri.",
    "unknown_action": "must be validate or submit.",
    "billing_contact_alone": "is allowed in the billing contact only.",
    "card_number": "must not hold a card number: payment is by invoice.",
    "payment_by_invoice": "must be offline: payment is by invoice.",
    "payment_data": "is not accepted: payment is by invoice, never by card.",
    "no_password": "is not accepted: members set theirs on the registration page.",
    "no_client_ip": "is not accepted.",
    "give_project_id": "is not accepted: send projectId to add to a project.",
    # Idempotency keys.
    "invalid_idempotency_key": "The Idempotency-Key must be 1 to 255 printable characters.",
    "idempotency_key_in_use": "The first request with this Idempotency-Key is still running.",
    "idempotency_key_reused": "This Idempotency-Key was used for another request, which placed "
    "order {order_hash}.",
    # What an order's state forbids.
    "not_cancellable": "This order is {state}, so it cannot be cancelled.",
    "order_archived": "This order is archived: it can be read, but no longer changed.",
    "changed_meanwhile": "This order was changed at the same moment. Send the request again.",
    # Webhook endpoints.
    "unknown_event": "must be names of events, as the guide lists them.",
    "no_event": "must name at least one event.",
    "too_many_events": "must name at most {limit} events.",
    "not_a_list": "must be a list.",
    "not_a_boolean": "must be true or false.",
    "too_many_webhook_endpoints": "This application has {limit} webhook endpoints already.",
    "webhook_endpoint_disabled": "This webhook endpoint is switched off: switch it on first.",
    "too_many_test_events": "{limit} test events are waiting for this endpoint already. Wait until they are sent.",
    "since_or_delivery": "Send either since or delivery.",
    "unknown_delivery": "is not a delivery of this webhook endpoint.",
    "delivery_archived": "is of an archived order, whose events are not sent again.",
    # The shop itself.
    "bad_request": "This request cannot be understood.",
    "forbidden": "This is not allowed.",
    "server_error": "Something went wrong on our side. Send the request again.",
    "unavailable": "The shop cannot respond right now. Send the request again.",
    "file_unavailable": "The file cannot be made right now.",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. Made by `fault`, or by `Problem.fault` for a field of an order."""

    code: str
    sentence: str


# By field or parameter; `base` for the call as a whole.
Faults = Mapping[str, Sequence[Fault]]


def fault(code: str, **values: object) -> Fault:
    """Return the fault of this code, a key of SENTENCES; `values` fill its placeholders."""
    return Fault(code, SENTENCES[code].format(**values))
