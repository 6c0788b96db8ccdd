"""Where the older description contradicts itself or leaves something open, and how it is read."""

from shop.describing import Change

CHANGES = [
    Change(
        "order_hash is a hexadecimal string of length 16; the example has 32 digits.",
        "32 lower-case digits.",
        "16 bytes, printed as in the example. Shorter ones are unknown orders.",
    ),
    Change(
        "The table of members has state, the example has status.",
        "Both: state is always set; status is null until packing has begun, then equal to state.",
        "So programs written after either find what they look for.",
    ),
    Change(
        "The example answers status null; the table begins with pending.",
        "status null together with state pending.",
        "Both are then as printed.",
    ),
    Change(
        "The table lists client_id, project_id, packing_errors and state; the example lacks them.",
        "All members, always; what is not set is null.",
        "A program need not ask whether a member exists.",
    ),
    Change(
        "admin_user_access_token is shown again.",
        "A mask ending in its last four characters.",
        "Whoever reads an order, or a log of it, must not hold the token.",
    ),
    Change(
        "The table says /orders, the example /api/orders.",
        "/api/orders.",
        "As in the example. /orders is the address of the open order, another API.",
    ),
    Change(
        "Only product is required; but client_id must be given to add to a client, and client_name "
        "for a new one.",
        "product alone is an order. Id and name exclude each other; project_id needs client_id; "
        "client_id needs its token and the rest of the order.",
        "An order to an existing client has no registration page to complete it. All else can be "
        "filled in there.",
    ),
    Change(
        "For Yamdu FREE, client_id is always the first user of the first order.",
        "The first user of such an order becomes client_admin of its client, whatever token is "
        "given.",
        "The sentence is about a user, so it can only mean the client_admin.",
    ),
    Change(
        "Nine products, in mixed case, one with a blank.",
        "A closed list; exact case, exact blanks.",
        "Anything else is 422 on product, and so is a tier that was retired.",
    ),
    Change(
        "redirection_uri is named like a redirect, but status changes are to be sent to it, some "
        "day.",
        "An address for signed webhooks. Nobody is redirected to it.",
        "That is what the text says. http and inner addresses are refused.",
    ),
    Change(
        "The hash opens a special registration page, at no address.",
        "registration_url says it.",
        "Never build it from the hash.",
    ),
    Change(
        "Success has info and data, failure has neither.",
        "Exactly so; data has one member, array for a list, order for one order.",
        "One look at the status tells the shape.",
    ),
    Change(
        "A failed sign-in at /oauth/token is 200 with an error inside.",
        "400 or 401, with the same member error.",
        "OAuth 2 says so; libraries rely on it.",
    ),
    Change(
        "A token lives for 24 hours; the example says 79427 seconds.",
        "As long as expires_in says.",
        "Go by the answer, not by a number in a text.",
    ),
    Change(
        "A token for user name and password.",
        "Not offered: client credentials, authorization code with PKCE, refresh.",
        "No program should hold a person's password; it would go round their second factor.",
    ),
    Change(
        "/oauth/revoke takes the token from the header Authorization.",
        "From there, or from the body as token.",
        "The standard has it in the body; older programs send the header.",
    ),
    Change(
        "client is the calling program on one page, the customer's company on another.",
        "The program is an application; client is the company. Only OAuth's own client_id is the "
        "program's.",
        "The names on the wire stay.",
    ),
    Change(
        "Paging needs page and per_page, both.",
        "Either, both or none: 1 and 20 without.",
        "A forgotten parameter need not be an error. The header Links stays, Link stands beside "
        "it.",
    ),
]
