"""The ways to reach a person. All are optional, and shown wherever they are set."""

from shop.env import contact, email_address, env, is_web_url, read
from shop.settings.base import DEMO

# The demo's firm is an invented one.
SUPPORT_EMAIL = read("SUPPORT_EMAIL", email_address, "hilfe@slate.example" if DEMO else "")
SUPPORT_PHONE = env.str("SUPPORT_PHONE", default="+49 89 5550124" if DEMO else "")
# When somebody answers, in the words of each language.
SUPPORT_HOURS_DE = env.str("SUPPORT_HOURS_DE", default="Mo–Fr, 9–17 Uhr" if DEMO else "")
SUPPORT_HOURS_EN = env.str(
    "SUPPORT_HOURS_EN", default="Mon–Fri, 9 am–5 pm, German time" if DEMO else ""
)
# Where finders of vulnerabilities report them, and by which rules: /.well-known/security.txt.
SECURITY_CONTACT: str = read("SECURITY_CONTACT", contact, SUPPORT_EMAIL)
SECURITY_POLICY_URL = env.str("SECURITY_POLICY_URL", default="")
if SECURITY_POLICY_URL and not is_web_url(SECURITY_POLICY_URL):
    raise SystemExit("SECURITY_POLICY_URL must be an https URL.")
