"""The periods for which things are kept; docs/operators/retention.md lists what, from when on and why."""

from shop.env import env, read


def period(name: str, default: int, least: int) -> int:
    """The whole number in the variable `name`; SystemExit if it is below `least`."""
    value: int = read(name, env.int, default)
    if value < least:
        raise SystemExit(f"{name} must be at least {least}.")
    return value


OPEN_ORDER_DAYS = period("OPEN_ORDER_DAYS", 30, 1)
REMIND_AFTER_DAYS = 7  # an incomplete order's customer
CANCEL_AFTER_DAYS = period("CANCEL_AFTER_DAYS", 60, REMIND_AFTER_DAYS + 1)
KEEP_MESSAGES_DAYS = period("KEEP_MESSAGES_DAYS", 90, 1)
KEEP_ACCOUNT_MESSAGES_DAYS = period("KEEP_ACCOUNT_MESSAGES_DAYS", 30, 1)
KEEP_DELIVERIES_DAYS = period("KEEP_DELIVERIES_DAYS", 90, 1)  # they can be replayed that long
KEEP_CONTACT_REQUESTS_DAYS = period("KEEP_CONTACT_REQUESTS_DAYS", 90, 1)
KEEP_EXPORTS_DAYS = period("KEEP_EXPORTS_DAYS", 7, 1)
KEEP_CALL_COUNTS_DAYS = period("KEEP_CALL_COUNTS_DAYS", 90, 2)  # pages show yesterday's
KEEP_VAT_ID_CHECKS_DAYS = period("KEEP_VAT_ID_CHECKS_DAYS", 90, 1)
KEEP_FACTOR_RESETS_DAYS = period("KEEP_FACTOR_RESETS_DAYS", 90, 1)
KEEP_EXPIRED_TOKENS_DAYS = period("KEEP_EXPIRED_TOKENS_DAYS", 30, 1)
# To the end of the eighth year after the one of issue, as the law demands (§ 147 AO).
KEEP_INVOICES_YEARS = period("KEEP_INVOICES_YEARS", 8, 8)
# To the end of the third year after the one of receipt, when claims lapse (§§ 195, 199 BGB).
KEEP_DECLARATIONS_YEARS = period("KEEP_DECLARATIONS_YEARS", 3, 3)
