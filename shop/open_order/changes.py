"""Where the older description of the open order contradicts itself, and how it is read here."""

from shop.describing import Change

CHANGES = [
    Change(
        "The example reads /order/product/{productId}, the pages of the resources "
        "/orders/{orderId}/account/products/{productId}.",
        "Both below /order; links name what was called.",
        "All child resources are to be reached by the shorthand, and the example as printed.",
    ),
    Change(
        "PUT /order/account is 200 in the example, 204 on the page of the resource; PUT of the user "
        "is 200 in a table, 204 in the example under it.",
        "Every PUT is 200 with the resource as it is now.",
        "As in the example of the shorthand; a program need not ask again.",
    ),
    Change(
        "A cookie with Path=/order and one with Path=/orders; Path=/ on other pages.",
        "Both of the pair, from this API. Browsers that order on the shop's pages have Path=/ too.",
        "A cookie for /order is not sent to /orders, so two are needed. Which one comes back is "
        "the same to us.",
    ),
    Change(
        "The cookies have no attributes.",
        "HttpOnly, SameSite=Lax, 30 days; Secure under https.",
        "Whoever has the OwnerId has the order.",
    ),
    Change(
        "The request's Cookie header holds Path=/order.",
        "It is ignored.",
        "A path is no part of a request; the example works all the same.",
    ),
    Change(
        "The owner's id is a UUID that we issue.",
        "Any version 4 UUID is an owner, issued here or not.",
        "It is random, so that nobody guesses it, and unknown ones own nothing.",
    ),
    Change(
        "A cookie is required; but an order may also belong to an active user without one.",
        "The cookie first; without it the user of Authorization; without both, opening issues a "
        "new owner.",
        "So each example works, with and without a cookie.",
    ),
    Change(
        "Authorization is Base64 of user and password, without a scheme.",
        "Basic before it, or Bearer and a token.",
        "HTTP has no credentials without a scheme.",
    ),
    Change(
        "An order id has 40 hexadecimal digits, a product id is a UUID that looks the same.",
        "32 lower-case digits, both. The order's id is its order_hash.",
        "It is the same record in both APIs; and it is random, not made of time and address.",
    ),
    Change(
        "GET /order shows OwnerId, GET /orders/{orderId} shows Status and Account; other answers "
        "write their members small.",
        "Both show OwnerId, Status and Account, so written. OwnerId only to a call that carries it.",
        "It is one record. Whoever shows a password must not be handed the browser's cookie.",
    ),
    Change(
        "links is an object in some answers, a list in others.",
        "An object by rel for the order, a list everywhere else.",
        "As printed most often. Programs should follow them rather than build addresses.",
    ),
    Change(
        "After submit the status begins with Proc; its words are not listed.",
        "The same word as state in /api/orders, pending to packed.",
        "Old programs test for new alone.",
    ),
    Change(
        "DELETE after submit is 409 on an old page, 405 on a newer one.",
        "405 with Allow, like every change after submit.",
        "The newer one. A second submit alone is 409.",
    ),
    Change(
        "validate is 200 on an old page, 204 on a newer one.",
        "204; submit is 202. Neither has a body.",
        "The newer one.",
    ),
    Change(
        "A second order is 409 until the first is submitted or deleted; but calls below /order use "
        "the open one.",
        "POST /order and POST /orders are 409, other calls use the open one.",
        "Only these two ask for a second order.",
    ),
    Change(
        "GET or OPTIONS without an open order is 404; without a valid cookie it is 401.",
        "404 for who has no open order, 401 for who shows neither a cookie nor Authorization.",
        "Both sentences, each where it fits. Nothing is opened.",
    ),
    Change(
        "Somebody else's order is 403.",
        "404, as if it did not exist.",
        "Nobody learns which orders there are.",
    ),
    Change(
        "401 is a sentence of plain text; the other errors are JSON, their kinds in part unnamed.",
        "All are JSON of one shape: badRequest, unauthorized, forbidden, itemNotFound, badMethod, "
        "conflict and so on.",
        "One way to read them all.",
    ),
    Change(
        "A submit may carry quoteHash; what it does is not said.",
        "No longer true, it is 409 and nothing is placed.",
        "That is the only use it can have.",
    ),
    Change(
        "A product in the list is open, in the shorthand's example new.",
        "new until submit, then pending, open once it is delivered.",
        "As the word says.",
    ),
    Change(
        "Contacts are administrator on one page, administrative on another.",
        "regular, billing, administrator, technical.",
        "As they are called in orders; administrative belongs to domains.",
    ),
    Change(
        "offering is an address in a catalogue.",
        "The tier's code, or the address of its page. Answers say the address.",
        "Our tiers have no other catalogue.",
    ),
    Change(
        "Adding a product makes an account where there is none.",
        "It does not: account and product come in any order, submit needs both.",
        "An account that nobody has set would have guessed a language.",
    ),
    Change(
        "Contacts, user and payment are 404 or 502 until there is an account.",
        "They come in any order.",
        "A basket need not be filled from the top.",
    ),
]

# What the older description has and this shop has not, and why.
LEFT_OUT = {
    "account/attributes": "They carried data of a reseller's own books. The order's attributes hold AffiliateId; the "
    "order_hash is the key to keep in books of your own.",
    "promotion": "The code is a member of the product, promoCode. An address for one member would be a "
    "second way to say it.",
    "discounts": "They let a reseller set prices. Prices here are the catalogue's, less a promotion's.",
    "services/{serviceId}/notes": "Notes for people at the provider. Nobody here would read them; who needs a person gets "
    "one by need_human.",
    "POST, PUT and DELETE of services": "What a tier delivers is the tier's: client, project and members. To change it, take "
    "another tier.",
    "clientIp": "Programs named the shopper's address for a check on fraud. We make none, and keep no "
    "addresses.",
    "existingProductUrl": "It named a product to extend. Here that is projectId, a number, with accountNumber.",
    "paymentInfoType credit_card and vz_payment": "Payment is by invoice. Card numbers are refused, never stored and never logged, so that "
    "no part of this shop comes near them.",
    "password of the user": "Members set theirs on the registration page, so that no program ever holds it.",
    "billingCycle": "Tiers are billed by the month.",
}
