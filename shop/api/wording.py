"""What members, parameters, headers and statuses mean, in the words of the API's description."""

# What an orderer may say.
SENT = {
    "product": "The tier, by its code in exact case. A retired tier is refused like an unknown one.",
    "admin_user_access_token": "The token of a client_admin with the scope orders:write. Needed "
    "with client_id; with client_name its user becomes the client_admin of the new client.",
    "client_id": "The client to add to. Not together with client_name.",
    "client_name": "The name of a new client; not blank, no control characters. It always makes "
    "a new client, also where one of this name exists.",
    "project_id": "The project to add a member to. Needs client_id and user_email; product must "
    "be the project's tier. Not together with project_name.",
    "project_name": "The name of a new project; not blank, no control characters. It always "
    "makes a new project.",
    "redirection_uri": "Where each change of state is to be POSTed: an absolute https URI of "
    "printable ASCII characters, a host name or a public address, no user information.",
    "user_email": "The first member's address, bare: nina@example.com.",
    "user_first_name": "The first member's first name; not blank, no control characters.",
    "user_last_name": "The first member's last name; not blank, no control characters.",
    "user_login": "The login the first member would like: ASCII letters, digits and @ . + - _, "
    "with @ only if it equals user_email. Where it is taken, the member chooses another.",
    "language": "The language of the registration page and of mails.",
    "promo_code": "A code that is valid now for this tier.",
}

FORGOTTEN = "null once the member has deleted their account."

# What an order says back.
ANSWERED = {
    "admin_user_access_token": "A mask that ends in the token's last four characters. Never the "
    "token.",
    "client_id": "The client as sent; once packed, the client that was delivered.",
    "client_name": "As sent, filled in on the registration page or corrected.",
    "created_at": "When the order was placed, UTC.",
    "language": "The language of the registration page and of mails.",
    "order_hash": "Names the order here and on its registration page: 16 random bytes in "
    "hexadecimal digits. Whoever holds it can look at the order's state and fill in what is unset.",
    "packing_errors": "Why packing stopped, in English, for a person to act on.",
    "product": "The code of the tier.",
    "project_id": "The project as sent; once packed, the project that was delivered.",
    "project_name": "As sent, filled in on the registration page or corrected.",
    "promo_code": "As sent.",
    "redirection_uri": "As sent.",
    "registration_url": "The special registration page: give it to your customer.",
    "state": "Where the order is on its way.",
    "status": "null until packing has begun, then equal to state.",
    "updated_at": "When the order last changed, UTC.",
    "user_email": f"As sent, filled in or corrected. {FORGOTTEN}",
    "user_first_name": f"As sent, filled in or corrected. {FORGOTTEN}",
    "user_last_name": f"As sent, filled in or corrected. {FORGOTTEN}",
    "user_login": f"As sent or corrected; the member may choose another while joining. {FORGOTTEN}",
}

PARAMETERS = {
    "page": "Which page. One behind the last is empty.",
    "per_page": "How many orders a page has.",
    "state": "Only orders in this state.",
    "product": "Only orders of this tier, by its code; retired tiers too.",
    "created_after": "Only orders placed after this time.",
    "updated_after": "Only orders that changed after this time.",
}

HEADERS = {
    "Idempotency-Replayed": "true where this is the first call's answer, given again.",
    "Link": "The pages around this one: first, last, prev, next (RFC 8288).",
    "Links": "The same as Link, by the name older programs know.",
    "Location": "The order's address, relative to this server.",
    "Per-Page": "How many orders a page has.",
    "Total": "How many orders the whole list has.",
    "WWW-Authenticate": "How to authenticate.",
}

STATUSES = {
    200: "Here it is.",
    201: "The order is placed.",
    400: "The request cannot be understood: the body is not strict JSON in UTF-8 (a duplicate "
    'member, NaN), or has no member "order", an object.',
    401: "There is no token, or none that is alive.",
    403: "The token lacks the scope.",
    404: "There is no such order, or another application placed it: both answer alike.",
    405: "This address does not know the method.",
    409: "The first call with this Idempotency-Key still runs. Try again in a moment.",
    413: "The body is larger than 64 KiB.",
    415: "The body's Content-Type is not application/json.",
    422: "Something in the request breaks a rule. Every fault is told at once, each under the "
    "member or parameter it belongs to, or under base.",
    429: "Too many calls.",
    500: "A fault of ours. Nothing was done; the call may be repeated.",
    503: "The shop cannot answer just now; repeat the call after Retry-After.",
}
