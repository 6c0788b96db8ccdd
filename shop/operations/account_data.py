"""The rows of the data map about accounts, clients and visitors."""

from shop.operations.data_map import CONTRACT, INTEREST, LAW, PersonalData

ACCOUNT_DATA = (
    PersonalData(
        "tenancy.user",
        "members, staff",
        (
            *("email", "canonical_email", "login", "first_name", "last_name", "password"),
            *("language", "time_zone", "last_login"),
        ),
        "Accounts: who signs in, and who works on which project. Passwords are stored as hashes.",
    ),
    PersonalData(
        "tenancy.client",
        "customers",
        ("name",),
        "The company; the person where somebody trades by themselves.",
    ),
    PersonalData("tenancy.project", "customers", ("name",), "What customers call their project."),
    PersonalData(
        "tenancy.membership",
        "members",
        ("role", "joined_at"),
        "Who works on which project, in which role, and since when.",
    ),
    PersonalData(
        "tenancy.nameword",
        "members, customers",
        ("word",),
        "Staff find people and clients by the beginnings of their names.",
        INTEREST,
    ),
    PersonalData(
        "tenancy.billingprofile",
        "customers",
        (
            *("company", "name", "street", "street2", "postal_code", "city", "country"),
            *("vat_id", "email", "reference"),
        ),
        "Addressing invoices.",
        CONTRACT + LAW,
    ),
    PersonalData(
        "tenancy.vatidcheck",
        "customers",
        ("vat_id", "consultation_number"),
        "Proof that a VAT ID was valid when an invoice was issued.",
        LAW,
    ),
    PersonalData(
        "tenancy.appointmentrequest",
        "members",
        ("note",),
        "A client_admin asks staff to appoint somebody else.",
    ),
    PersonalData(
        "tenancy.factorreset",
        "members, staff",
        ("reason", "identity"),
        "How somebody's identity was checked before their second factor was reset.",
        INTEREST,
    ),
    PersonalData(
        "account.emailaddress",
        "members, staff",
        ("email",),
        "The verified address of an account, and one that is to replace it.",
    ),
    PersonalData(
        "mfa.authenticator",
        "members, staff",
        ("data", "last_used_at"),
        "Second factors: the secret of an app (encrypted under `FACTOR_KEY`), the public half of a "
        "passkey, and the name of the browser in which it was created.",
    ),
    PersonalData(
        "usersessions.usersession",
        "members, staff",
        ("ip", "user_agent", "last_seen_at"),
        "People see where they are signed in, and can sign out there.",
        INTEREST,
    ),
    PersonalData(
        "sessions.session",
        "visitors",
        ("session_data",),
        "Keeps people signed in, and what they have typed on the way to signing in.",
    ),
    PersonalData(
        "allauth_idp_oidc.token",
        "members, partners",
        ("data",),
        "Programs that act for somebody: the name that they gave a token. Tokens are stored as "
        "digests.",
    ),
    PersonalData(
        "access.ratelimitbucket",
        "visitors",
        ("key",),
        "Guessing and abuse are limited by IP address.",
        INTEREST,
    ),
    PersonalData(
        "access.cachedvalue",
        "visitors",
        ("key", "value"),
        "Limits of sign-in, and codes that were mailed a moment ago.",
        INTEREST,
    ),
    PersonalData(
        "access.idempotentresponse",
        "customers of partners",
        ("body",),
        "A repeated call gets the response of the first, and orders nothing twice.",
    ),
)
