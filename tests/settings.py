"""The demo profile for the tests: in a directory of its own, deaf to the caller's environment."""

import os
import tempfile

# Nothing that the caller's shell happens to hold (a real database, say) must reach the tests.
for name in (
    "ALARM_AFTER_MINUTES", "ALARM_EVERY_HOURS",
    "ALLOWED_HOSTS", "BACKUP_DIR", "BACKUP_RECIPIENT", "BASE_URL", "BELOW_OSS_THRESHOLD", "BROKER", "CANCEL_AFTER_DAYS", "CANCELLATION_NOTICE_DAYS", "CHANGING_STEPS", "CUSTOMERS", "TRUSTED_PROXIES", "DATABASE_URL", "DEBUG", "EMAIL_URL", "ENDING_STEPS",
    "EXPORT_DAYS", "FACTOR_KEY", "FACTOR_KEY_FALLBACKS",
    "INVOICE_STORAGE", "INVOICE_STORAGE_OPTIONS", "INVOICE_TEMPLATE", "LATE_AFTER_MINUTES", "LOG_FORMAT", "LOG_REQUESTS", "MAILS_A_DAY", "SIGN_IN_MAILS_A_DAY",
    "KEEP_ACCOUNT_MESSAGES_DAYS", "KEEP_CALL_COUNTS_DAYS", "KEEP_CONTACT_REQUESTS_DAYS", "KEEP_DECLARATIONS_YEARS",
    "KEEP_DELIVERIES_DAYS", "KEEP_EXPIRED_TOKENS_DAYS", "KEEP_EXPORTS_DAYS", "KEEP_FACTOR_RESETS_DAYS",
    "KEEP_INVOICES_YEARS", "KEEP_MESSAGES_DAYS", "KEEP_VAT_ID_CHECKS_DAYS",
    "MAIL_FROM", "METRICS_TOKEN", "OPEN_ORDER_DAYS", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "PACKING_LEASE_SECONDS", "PACKING_STEPS", "PACKING_STEP_SECONDS",
    "PAYMENT_PROVIDER", "PORT", "PROJECT_URL", "RATE_LIMIT_ANONYMOUS", "RATE_LIMIT_APPLICATION", "RATE_LIMIT_CODES",
    "RATE_LIMIT_LINKS", "RATE_LIMIT_ORDERS", "REDIS_URL", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "SECURITY_CONTACT", "SECURITY_POLICY_URL", "SENTRY_DSN", "SHOP_NAME", "SSL_REDIRECT",
    "RATE_LIMIT_CONTACT", "RATE_LIMIT_DECLARATIONS", "SUPPORT_EMAIL", "SUPPORT_HOURS_DE", "SUPPORT_HOURS_EN", "SUPPORT_PHONE",
    "STAFF_IDLE_MINUTES", "STAFF_SESSION_HOURS", "THEME_DIR", "VIES_URL",
):  # fmt: skip
    os.environ.pop(name, None)
    os.environ.pop(f"{name}_FILE", None)

directory = tempfile.TemporaryDirectory(prefix="shop-tests-")  # goes away with the process
os.environ["DEMO"] = "1"
os.environ["VAR_DIR"] = directory.name
# Pictures of a shop with a theme (tests/screenshots.py).
for name in ("SHOP_NAME", "THEME_DIR"):
    os.environ[name] = os.environ.pop(f"TEST_{name}", "")
if os.environ.get("TEST_DATABASE") == "postgres":
    if "TEST_DATABASE_URL" not in os.environ:
        raise SystemExit("Start the tests on PostgreSQL with: python -m tests.postgres pytest")
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from shop.settings import *  # noqa: E402
from shop.settings import (  # noqa: E402
    DATABASES,
    SILENCED_SYSTEM_CHECKS,
    STATIC_ROOT,
    STORAGES,
    VAR_DIR,
)

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",  # the real one is slow
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # client secrets
]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
if DATABASES["default"]["ENGINE"] == "shop.databases.sqlite":
    # A file, for other threads and processes to open. Safety at a power cut costs time here.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "tests.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
# Tests write the counted calls themselves: no thread is to write into another test.
CALL_COUNTS_EVERY_SECONDS = 0
# A code that a test has read from the app is still taken where its half minute ends just then.
MFA_TOTP_TOLERANCE = 1
# DJANGO_ALLOW_ASYNC_UNSAFE stays set in a process that has driven a browser.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "async.E001"]
