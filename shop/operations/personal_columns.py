"""The rows of the data map, room by room."""

from shop.operations.account_data import ACCOUNT_DATA
from shop.operations.data_map import CONTRACT, INTEREST, LAW, PersonalData

ORDERS = (
    PersonalData(
        "orders.order",
        "customers, new members",
        (
            *("user_email", "canonical_email", "user_first_name", "user_last_name", "user_login"),
            *("client_name", "project_name", "billing", "reference", "metadata"),
        ),
        "Setting up what was ordered, and answering questions about it.",
    ),
    PersonalData(
        "orders.basket",
        "customers",
        ("document", "company", "contacts", "attributes"),
        "An order that is being filled in.",
    ),
    PersonalData(
        "orders.orderevent",
        "customers, staff",
        ("note", "details"),
        "The history of an order: what was corrected, and notes of staff.",
        CONTRACT + INTEREST,
    ),
    PersonalData(
        "orders.searchword",
        "customers, new members",
        ("word",),
        "Staff find an order by the beginnings of its words.",
        INTEREST,
    ),
    PersonalData(
        "orders.archivedorder",
        "customers, new members",
        ("contents",),
        "Finished orders with all that was kept with them, compressed.",
        CONTRACT + LAW,
    ),
    PersonalData(
        "orders.archivedkey",
        "customers, new members",
        ("key",),
        "Staff find archived orders by the address of their customer.",
        INTEREST,
    ),
    PersonalData(
        "packing.packing",
        "new members",
        ("last_error", "customer_text"),
        "The reason why setting up failed; a service may name a person in it.",
    ),
    PersonalData(
        "packing.attemptrecord",
        "new members",
        ("error",),
        "The same, for each attempt.",
        INTEREST,
    ),
    PersonalData(
        "packing.contractrun",
        "members",
        ("last_error",),
        "The same, for steps at the end of a contract and at a change of tier.",
        INTEREST,
    ),
)
BILLING = (
    PersonalData(
        "billing.invoice",
        "customers",
        ("document", "recipient"),
        "Invoices as they were issued, which the law demands unchanged.",
        LAW,
    ),
    PersonalData(
        "billing.bankentry",
        "payers",
        ("payer", "payer_iban", "text"),
        "Assigning transfers to invoices.",
        CONTRACT + LAW,
    ),
    PersonalData("billing.payment", "payers", ("reference",), "What was paid, and how.", LAW),
    PersonalData("billing.refund", "customers", ("iban",), "Paying back what is owed."),
    PersonalData(
        "billing.declaration",
        "customers",
        ("name", "contract", "email", "reason"),
        "Proof of cancellations and withdrawals.",
        LAW + INTEREST,
    ),
    PersonalData(
        "billing.declarationcase",
        "customers",
        ("note",),
        "What staff decided about one.",
        INTEREST,
    ),
    PersonalData(
        "billing.tierchange",
        "customers",
        ("reason", "decision_note"),
        "Why a tier was changed, and why staff approved or refused it.",
    ),
    PersonalData(
        "billing.subscriptionevent",
        "customers",
        ("details",),
        "The history of a contract.",
        CONTRACT + INTEREST,
    ),
)
MESSAGES = (
    PersonalData(
        "emails.message",
        "customers, members, staff",
        ("recipient", "details", "last_error"),
        "Which mails were sent, to whom, and whether they arrived. The text is not stored.",
    ),
    PersonalData(
        "emails.contactrequest",
        "visitors",
        ("name", "email", "text"),
        "Answering what was written by the contact form.",
    ),
    PersonalData(
        "emails.mailboxentry",
        "users of the demo",
        ("recipient", "subject", "text", "html"),
        "The demo shows its mails instead of sending them.",
    ),
    PersonalData(
        "webhooks.delivery",
        "customers of partners",
        ("payload",),
        "Telling a partner's program about its orders, again if need be.",
    ),
    PersonalData(
        "webhooks.attempt",
        "customers of partners",
        ("answer",),
        "The beginning of a server's answer, which may repeat what was sent.",
        INTEREST,
    ),
)
STAFF = (
    PersonalData(
        "backoffice.clientnote",
        "customers, members",
        ("text",),
        "What colleagues should know about a client.",
        INTEREST,
    ),
    PersonalData(
        "backoffice.savedview",
        "customers",
        ("query",),
        "A search that somebody of staff has kept; it may hold a name.",
        INTEREST,
    ),
    PersonalData(
        "backoffice.export",
        "customers",
        ("filter",),
        "Who of staff exported what.",
        INTEREST,
    ),
    PersonalData(
        "backoffice.exportpart",
        "customers",
        ("content",),
        "The file of an export, until it is downloaded or old.",
        INTEREST,
    ),
    PersonalData(
        "backoffice.bankupload",
        "payers",
        ("content",),
        "A bank file that is being previewed.",
        CONTRACT + LAW,
    ),
    PersonalData(
        "backoffice.bulkjob",
        "customers",
        ("reason",),
        "Why staff acted on many orders at once; it may name a person.",
        INTEREST,
    ),
    PersonalData(
        "backoffice.incidentnote",
        "staff",
        ("text",),
        "What colleagues know about a failure.",
        INTEREST,
    ),
    PersonalData(
        "admin.logentry",
        "staff",
        ("object_repr", "change_message"),
        "The audit log: who of staff did what.",
        INTEREST,
    ),
)
PERSONAL_DATA = (*ORDERS, *ACCOUNT_DATA, *BILLING, *MESSAGES, *STAFF)
