"""What members, headers and statuses of the open order mean, in the words of its description."""

CURRENCY = "A currency code of ISO 4217. Only a tier of the same currency goes with it."
LINK = "What this is, and where."
PERSON = {
    "name": "What the person is called.",
    "name.firstName": "First name.",
    "name.lastName": "Last name.",
    "name.company": "The company; of the regular contact it names the new client, unless the "
    "account has name or accountNumber.",
    "address": "The postal address.",
    "address.street1": "Street and number.",
    "address.street2": "A second line.",
    "address.city": "City.",
    "address.postalCode": "Postal code.",
    "address.stateOrProvince": "State or province.",
    "address.countryCode": "A country code of ISO 3166, two capital letters.",
    "contactMedia": "How else the person can be reached.",
    "contactMedia.email1": "A bare e-mail address; of the regular contact that of the first member.",
    "contactMedia.email2": "Another one.",
    "contactMedia.phone1": "A telephone number, as you write it.",
    "contactMedia.phone2": "Another one.",
    "contactMedia.fax": "A fax number.",
}
ACCOUNT = {
    "currency": CURRENCY,
    "language": "A language tag (RFC 5646), any well-formed one. Of de and en, with or without "
    "region, pages and mails take the language; otherwise they are German.",
    "accountNumber": "The client to order for. Needs a caller who is authenticated as its "
    "client_admin; a cookie alone never suffices.",
    "name": "The name of a new client.",
}
USER = {
    "userName": "The sign-in name that the first member would like: ASCII letters, digits and "
    "@ . + - _, with @ only if it equals email1. Where it is taken, the member chooses another.",
}
PAYMENT = {"paymentInfoType": "offline: by invoice. There is no other way."}
ATTRIBUTES = {
    "name": "AffiliateId: who led the customer here. redirection_uri: where changes of state are "
    "told by webhook.",
    "value": "Up to 200 characters; of redirection_uri an absolute https URI, as in /api/orders.",
}
LINKS = {"links": LINK, "links.href": "The address.", "links.rel": "self: this resource."}
SERVICE = {
    "status": "new, then pending, then open once it is there; closed where the order was "
    "cancelled before.",
    "serviceId": "What is delivered.",
    "name": "The same.",
    "quantity": "How many members the project may have.",
    **LINKS,
}
PRODUCT = {
    "status": "new while the order is open, pending until it is packed, then open; closed where "
    "it was cancelled.",
    "productId": "Names the product within its order.",
    "services": "The address of what the tier delivers.",
    "offering": "The address of the tier's page.",
    "displayName": "The name of the new project.",
    "projectId": "The project that is added to.",
    "promoCode": "As sent.",
    **LINKS,
}
FEE = {
    "Type": "recurring: each month.",
    "Description": "What it is for.",
    "Currency": CURRENCY,
    "BaseAmount": "The tier's price, without VAT.",
    "Discount": "What the promotion takes off.",
    "Amount": "What is left, without VAT.",
    "Quantity": "Always 1.",
    "MonthlyCycle": "Always 1: a month.",
    "NumCharges": "Always -1: until it is ended.",
}


def _below(name: str, words: dict[str, str]) -> dict[str, str]:
    return {f"{name}.{member}": text for member, text in words.items()}


# By schema, each member by its dotted name.
MEMBERS: dict[str, dict[str, str]] = {
    "Opening": {},
    "Account": ACCOUNT,
    "Contact": PERSON,
    "OrderUser": USER,
    "PaymentInfo": PAYMENT,
    "OrderedProduct": {
        "offering": "The tier: its code in exact case, or the address of its page.",
        "displayName": "The name of a new project.",
        "projectId": "The project of this client to add the first member to; offering must be its "
        "tier. Needs the account's accountNumber.",
        "promoCode": "A promotion code that is valid now for this tier.",
    },
    "Attribute": ATTRIBUTES,
    "Action": {
        "action": "validate: could it be submitted? submit: place it.",
        "quoteHash": "The Hash of the quote that was agreed to. Where it is no longer true, "
        "nothing is placed.",
        "actionData": "Reserved by the older description; never read.",
    },
    "OpenOrder": {
        "order": "The order.",
        "order.OwnerId": "The owner's id, only where the call carried it.",
        "order.Status": "new while it is open, then the same word as state in /api/orders.",
        "order.Account": "The address of its account.",
        "links": "Where it is.",
        "links.self": "By the address that was called.",
        "links.self.href": "The address.",
        "links.self.rel": "self.",
        "links.alternate": "By its order_hash, for good; only below /order.",
        "links.alternate.href": "The address.",
        "links.alternate.rel": "alternate.",
    },
    "Opened": {
        "orderId": "The order_hash, as in /api/orders.",
        "ownerId": "The OwnerId, as in the cookie.",
        "links": "Where it is.",
        "links.self": "By its order_hash.",
        "links.self.href": "The address.",
        "links.self.rel": "self.",
    },
    "AccountAnswer": {
        **ACCOUNT,
        "contactInfo": "The address of the contacts.",
        "user": "The address of the user.",
        "paymentInfo": "The address of the payment.",
        "products": "The address of the products.",
        **LINKS,
    },
    "ContactAnswer": {**PERSON, **LINKS},
    "ContactsAnswer": {
        "contactInfo": "The contacts that were set, by kind.",
        "contactInfo.regular": "Who orders, and the first member.",
        **_below("contactInfo.regular", PERSON),
        "contactInfo.billing": "Who is sent the invoice.",
        **_below("contactInfo.billing", PERSON),
        "contactInfo.administrator": "Who runs it there.",
        **_below("contactInfo.administrator", PERSON),
        "contactInfo.technical": "Who can be asked about technical things.",
        **_below("contactInfo.technical", PERSON),
        **LINKS,
    },
    "UserAnswer": {**USER, **LINKS},
    "PaymentAnswer": {**PAYMENT, **LINKS},
    "ProductMade": {"url": "Its address.", "productId": "Names it within its order."},
    "ProductAnswer": PRODUCT,
    "ProductsAnswer": {"list": "None, or one.", **_below("list", PRODUCT), **LINKS},
    "ServiceAnswer": SERVICE,
    "ServicesAnswer": {"list": "client, project, members.", **_below("list", SERVICE), **LINKS},
    "QuoteAnswer": {
        "quote": "What the order costs.",
        "quote.Hash": "Stands for tier, price, VAT, currency and promotion together; empty while "
        "there is no product. Hand it to submit as quoteHash.",
        "quote.Currency": CURRENCY,
        "quote.Products": "None while there is no product, else one.",
        "quote.Products.PlanNumber": "The productId.",
        "quote.Products.Offering": "The address of the tier's page.",
        "quote.Products.PromotionCode": "The promotion code, where one was given.",
        "quote.Products.PromotionName": "What the promotion is for; null once it has ended.",
        "quote.Products.Fees": "The lines.",
        **_below("quote.Products.Fees", FEE),
        "quote.SubTotal": "A month, without VAT.",
        "quote.TaxTotal": "The VAT on it.",
        "quote.Total": "What is to be paid a month.",
        **LINKS,
    },
    "Told": {
        "guid": "Names the call in our logs.",
        "message": "One English sentence; it may be reworded.",
        "code": "The status again.",
        "details": "What is wrong, by member; an empty string where no member is at fault.",
    },
}

RESOURCES = {
    "account": "Who orders: currency, language, which client.",
    "account/contactInfo": "All contacts that were set.",
    "account/contactInfo/{kind}": "A person to turn to: regular, billing, administrator or "
    "technical. The regular one is the first member.",
    "account/user": "The sign-in name that the first member would like.",
    "account/paymentInfo": "How it is paid: by invoice.",
    "account/products": "The product, in a list.",
    "account/products/{productId}": "The tier, and the project it is for. Below /order also "
    "product/{productId}, the older example's address.",
    "account/products/{productId}/services": "What the tier delivers.",
    "account/products/{productId}/services/{serviceId}": "One of it: client, project or members.",
    "attributes": "AffiliateId and redirection_uri.",
    "quote": "What it costs.",
    "action": "Validate or submit.",
}

PARAMETERS = {
    "order_hash": "The order's orderId, as it was answered at opening.",
    "kind": "Which contact.",
    "productId": "The product, as it was answered when it was put in.",
    "serviceId": "What the tier delivers.",
}

HEADERS = {
    "Location": "The address of what was made or placed, absolute.",
    "Set-Cookie": "The OwnerId, for 30 days: sent twice, with Path=/order and with Path=/orders.",
    "WWW-Authenticate": "How to authenticate. Basic is not offered to browsers.",
    "Retry-After": "After how many seconds to call again. Not after failed sign-ins.",
}

STATUSES = {
    400: "The body is not strict JSON in UTF-8, or its members break rules: each is named in "
    "details.",
    401: "Neither the cookie OwnerId nor an Authorization where one is needed, or an Authorization "
    "that is not taken.",
    403: "The token lacks the scope; a password alone is not enough for this user; the client is "
    "not the caller's; or the call comes from a page of another site.",
    404: "There is no open order, it is another owner's, or this part of it was not set: all "
    "answer alike.",
    405: "This address does not know the method, or the order is placed and cannot be changed.",
    409: "There is an open order of this owner already.",
    413: "The body is larger than 64 KiB.",
    415: "The body's Content-Type is not application/json.",
    429: "Too many calls, failed sign-ins or orders.",
    500: "A fault of ours. Nothing was done; the call may be repeated.",
    503: "The shop cannot answer just now; repeat the call after Retry-After.",
}
CURRENCIES = "The account is in another currency than the tier."
SECOND = f"The order holds a product already. {CURRENCIES}"
INCOMPLETE = "The order lacks something, or its members break rules: each is named in details."
PRICE = "The quoteHash is no longer that of the quote; or the order has been placed already."
