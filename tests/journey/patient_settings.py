"""The demo profile for browsers, which may be slower than an authenticator's half minute."""

from shop.settings import *

# A code that a test has read from the app is still taken where its half minute ends just then.
MFA_TOTP_TOLERANCE = 1
