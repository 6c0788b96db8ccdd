"""Billing: who may buy, VAT, invoices and their files, payment."""

from shop.env import env, read
from shop.settings.base import BASE_DIR, DEMO, STORAGES, VAR_DIR

# `businesses`, or `everyone`: then private persons may order, too.
CUSTOMERS = env.str("CUSTOMERS", default="businesses")
if CUSTOMERS not in {"businesses", "everyone"}:
    raise SystemExit(f"CUSTOMERS must be businesses or everyone, not {CUSTOMERS}.")
# Private persons elsewhere in the EU pay the seller's rate, as the seller sells too little there.
BELOW_OSS_THRESHOLD = read("BELOW_OSS_THRESHOLD", env.bool, False)

# The EU's register of VAT ids. The demo asks nobody, unless it is told whom.
VIES_URL = env.str(
    "VIES_URL",
    default="" if DEMO else "https://ec.europa.eu/taxation_customs/vies/rest-api",
)
if not (DEMO or VIES_URL.startswith("https://")):
    raise SystemExit("VIES_URL must be an https URL.")
VIES_VALID_DAYS = 30  # an older answer is asked for again before an invoice
VIES_WAIT_DAYS = 7  # an invoice waits for an answer this long; then staff decide
JOIN_WAIT_DAYS = 14  # so long a stranger's order waits for its member before staff see it
REMIND_INVOICES_AFTER_DAYS = (7, 14, 28)  # after the day on which it was due
PRICE_NOTICE_DAYS = 42  # between the mail about a higher price and its first day

# A contract that is cancelled with fewer days left ends with the next interval.
CANCELLATION_NOTICE_DAYS = read("CANCELLATION_NOTICE_DAYS", env.int, 0)
if CANCELLATION_NOTICE_DAYS < 0:
    raise SystemExit("CANCELLATION_NOTICE_DAYS must not be negative.")
END_REMINDER_DAYS = (14, 1)  # before the last day of a contract
WITHDRAWAL_DAYS = 14  # after the day of the order
DECLARATION_MAILS_A_DAY = 10  # receipts and links that prove, to one address
PROOF_DAYS = 14  # so long a declaration waits to be proven before staff see it

# Files of invoices: a folder, or any storage of Django by its dotted path and options.
INVOICE_STORAGE = env.str("INVOICE_STORAGE", default="django.core.files.storage.FileSystemStorage")
INVOICE_STORAGE_OPTIONS = read(
    "INVOICE_STORAGE_OPTIONS",
    env.json,
    {
        "location": str(VAR_DIR / "invoices"),
        "directory_permissions_mode": 0o700,
        "file_permissions_mode": 0o600,
    },
)
STORAGES["invoices"] = {"BACKEND": INVOICE_STORAGE, "OPTIONS": INVOICE_STORAGE_OPTIONS}
# The typst file that sets invoices; pictures lie beside it, more typefaces in a folder `fonts`.
INVOICE_TEMPLATE = env.str(
    "INVOICE_TEMPLATE", default=str(BASE_DIR / "templates" / "billing" / "invoice.typ")
)
INVOICE_FILES_LEASE_SECONDS = 300  # above the time of a batch, also where each is made alone
# The class of a provider of online payment; empty: bank transfer alone.
PAYMENT_PROVIDER = env.str("PAYMENT_PROVIDER", default="")
