"""The second half of the retention table: rows that no job deletes, and why they stay."""

from shop.operations.retention_table import Kept

KEPT = (
    Kept(
        "Placed orders, with their history, steps, attempts and search words",
        (
            *("orders.order", "orders.basket", "orders.consent", "orders.orderevent"),
            *("orders.mention", "orders.searchword", "orders.ordercount"),
            *("packing.packing", "packing.steprecord", "packing.attemptrecord"),
            "packing.counter",
        ),
        "They are the contract's beginning. `archive_orders` takes finished ones out of the tables; "
        "people are erased from them on request, and at the end of a contract.",
    ),
    Kept(
        "Archived orders",
        ("orders.archivedorder", "orders.archivedkey"),
        "The same orders, packed. Erasing a person brings theirs back and erases it there.",
    ),
    Kept(
        "Subscriptions, their changes, events and steps",
        (
            *("billing.subscription", "billing.subscriptionevent", "billing.tierchange"),
            *("billing.pricechange", "packing.contractrun", "packing.contractstep"),
        ),
        "Invoices refer to them for years, and they say what was agreed to.",
    ),
    Kept(
        "Bank statements and their entries",
        ("billing.bankstatement", "billing.bankentry"),
        "They are records of the accounts (§ 147 AO: eight years from the end of the year). Later "
        "an accountant decides.",
    ),
    Kept(
        "Reminder texts, overdue cases, number series",
        ("billing.remindertext", "billing.overduecase", "billing.numberseries"),
        "One row for each kind, unpaid invoice or year; invoice numbers must not be given twice.",
    ),
    Kept(
        "Clients, projects, members, invitations and billing data",
        (
            *("tenancy.client", "tenancy.project", "tenancy.membership", "tenancy.invitation"),
            *("tenancy.billingprofile", "tenancy.nameword", "tenancy.appointmentrequest"),
        ),
        "What is delivered. Ending a contract erases the data of its project.",
    ),
    Kept(
        "Accounts, their addresses, second factors and deletion requests",
        (
            *("tenancy.user", "tenancy.user_groups", "tenancy.user_user_permissions"),
            *("account.emailaddress", "account.emailconfirmation", "mfa.authenticator"),
            *("tenancy.deletionwish", "tenancy.staffinvitation"),
            "tenancy.staffinvitation_groups",
        ),
        "Until their person is erased. The emptied row stays, as others refer to it.",
    ),
    Kept(
        "Audit log",
        ("admin.logentry",),
        "It proves who of staff did what, also years later. It names no customers.",
    ),
    Kept(
        "Records of exports and bulk actions, notes about failures, saved views",
        (
            *("backoffice.export", "backoffice.bulkjob", "backoffice.bulkitem"),
            *("backoffice.incidentnote", "backoffice.savedview"),
        ),
        "Records of what staff did; erasing a person takes their names out. Items of bulk actions "
        "go to the archive with their order.",
    ),
    Kept(
        "Notes about clients",
        ("backoffice.clientnote",),
        "They stay with their client until somebody deletes them, or the person is erased.",
    ),
    Kept(
        "Partners: applications, clients of OAuth, signing secrets, webhook endpoints",
        (
            *("access.application", "access.signingsecret", "allauth_idp_oidc.client"),
            "webhooks.webhookendpoint",
        ),
        "Until staff or their owner delete them; orders refer to their application.",
    ),
    Kept(
        "Catalogue and texts, with their versions",
        (
            *("catalogue.product", "catalogue.feature", "catalogue.featurevalue"),
            *("catalogue.promotion", "catalogue.promotion_tiers", "catalogue.seller"),
            *("catalogue.vatrate", "content.page", "content.version", "content.printedversion"),
            *("content.question", "content.figure", "content.quote", "content.reference"),
        ),
        "They hold no personal data, and say what customers agreed to.",
    ),
    Kept(
        "The demo's mailbox",
        ("emails.mailboxentry",),
        "The demo profile alone writes it.",
    ),
    Kept(
        "Records of backups and restores",
        ("operations.backup", "operations.restoration"),
        "They say which numbers of invoices a restore has left out; they hold no personal data.",
    ),
    Kept(
        "The worker's own rows, numbers for `/metrics`, permissions and types",
        (
            *("worker.heartbeat", "worker.workerinstance", "worker.instancebeat"),
            *("worker.messagehold", "access.measurement"),
            *("django_q.ormq", "django_q.task", "django_q.schedule"),
            *("django_q.success", "django_q.failure"),
            *(
                "auth.group",
                "auth.permission",
                "auth.group_permissions",
                "contenttypes.contenttype",
            ),
        ),
        "They do not grow: wake-ups are deleted as they are taken, results are not stored, and the "
        "worker deletes the rows of instances that are gone.",
    ),
)
