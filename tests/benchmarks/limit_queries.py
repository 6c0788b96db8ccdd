"""The least SQL for each path, written by hand: what the answer needs, and what a call must write.

`known` holds what the paths are about: the ids and values of their rows.
"""

import hashlib
import itertools
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from tests.benchmarks.row_copies import copy_order

Cursor = Any
Known = dict[str, Any]

# What the JSON of an order is made of.
ORDER = """o.id, o.order_hash, o.order_number, o.state, o.complete, o.tier_name, o.net_cents,
    o.discount_cents, o.currency, o.vat_rate, o.client_id, o.client_name, o.project_id,
    o.project_name, o.user_email, o.user_first_name, o.user_last_name, o.user_login,
    o.redirection_uri, o.language, o.promo_code, o.token_last4, o.fault, o.delivered_client_id,
    o.delivered_project_id, o.created_at, o.updated_at, p.code"""
JOINED = "orders_order o JOIN catalogue_product p ON p.id = o.product_id"
PRODUCT = """id, code, slug, name, family, net_cents, currency, position, listed"""
NEWEST = "ORDER BY o.created_at DESC, o.id DESC LIMIT 21"
TOKEN = """SELECT t.id, t.scopes, t.data, t.user_id, a.id, a.active, a.demo
    FROM allauth_idp_oidc_token t
    LEFT JOIN allauth_idp_oidc_client c ON c.id = t.client_id
    LEFT JOIN access_application a ON a.oauth_client_id = c.id
    WHERE t.hash = %s AND t.type = 'at' AND (t.expires_at IS NULL OR t.expires_at > %s)"""
CHARGE = """INSERT INTO access_ratelimitbucket AS bucket ("key", full_at) VALUES (%s, %s)
    ON CONFLICT ("key") DO UPDATE SET full_at =
        CASE WHEN bucket.full_at > %s THEN bucket.full_at ELSE %s END + %s
    WHERE bucket.full_at <= %s RETURNING full_at"""
# A hand would write the count of calls down now and then, for as many at once.
CHARGED_AT_ONCE = 50
calls = itertools.count()
# The page shows counts up to 1000 of each group and age.
WAITING = ("need_human", "has_packing_errors", "packing", "pending")


def at(seconds_ago: float = 0) -> Any:
    """A time as the database takes it."""
    moment = timezone.now() - timedelta(seconds=seconds_ago)
    return connection.ops.adapt_datetimefield_value(moment)


def check_token(cursor: Cursor, known: Known, request: HttpRequest) -> None:
    """Look the token up, and count the calls."""
    value = request.headers["Authorization"].partition(" ")[2]
    cursor.execute(TOKEN, [hashlib.sha256(value.encode()).hexdigest(), at()])
    row = cursor.fetchone()
    if row is None:
        raise LookupError("The limit does not find the token.")
    if next(calls) % CHARGED_AT_ONCE:
        return
    now = time.time()
    cost = CHARGED_AT_ONCE * 1e-6
    key = f"application:Application-{row[4]}"
    cursor.execute(CHARGE, [key, now + cost, now, now, cost, now + 1000])
    cursor.fetchone()


def get_order(cursor: Cursor, known: Known, request: HttpRequest) -> None:
    check_token(cursor, known, request)
    cursor.execute(
        f"SELECT {ORDER} FROM {JOINED} WHERE o.order_hash = %s"
        " AND o.application_id = %s AND o.state <> 'new'",
        [known["order_hash"], known["application_id"]],
    )
    cursor.fetchone()


def post_order(cursor: Cursor, known: Known, request: HttpRequest) -> None:
    check_token(cursor, known, request)
    document = json.loads(request.body)["order"]
    cursor.execute(
        f"SELECT {PRODUCT} FROM catalogue_product WHERE code = %s AND listed", [document["product"]]
    )
    cursor.fetchone()
    copy_order(cursor, known["waiting_id"], known["copied"])


def list_of(
    where: str = "", name: str = "", order: str = NEWEST
) -> Callable[[Cursor, Known, HttpRequest], None]:
    """A page of the list; a hand would keep the total beside the token."""

    def query(cursor: Cursor, known: Known, request: HttpRequest) -> None:
        check_token(cursor, known, request)
        more = known[name] if name else []
        sql = f"""SELECT {ORDER} FROM {JOINED}
            WHERE o.application_id = %s AND o.state <> 'new' {where} {order}"""
        cursor.execute(sql, [known["application_id"], *more])
        cursor.fetchall()

    return query


def find_order(cursor: Cursor, known: Known, request: HttpRequest) -> None:
    """The order of a registration page, and its steps."""
    cursor.execute(
        f"""SELECT {ORDER}, o.unreachable_since, i.used_at, m.email FROM {JOINED}
        LEFT JOIN tenancy_user m ON m.id = o.member_id
        LEFT JOIN tenancy_invitation i ON i.id = o.invitation_id
        WHERE o.order_hash = %s AND o.state <> 'new'""",
        [known["order_hash"]],
    )
    (order_id, *_columns) = cursor.fetchone()
    cursor.execute("SELECT name FROM packing_steprecord WHERE order_id = %s", [order_id])
    cursor.fetchall()


def tiers(cursor: Cursor, known: Known, request: HttpRequest) -> None:
    cursor.execute(f"SELECT {PRODUCT} FROM catalogue_product WHERE listed ORDER BY position, id")
    cursor.fetchall()


def tier(cursor: Cursor, known: Known, request: HttpRequest) -> None:
    cursor.execute(
        f"SELECT {PRODUCT} FROM catalogue_product WHERE slug = %s AND listed", [known["slug"]]
    )
    cursor.fetchone()


def checkout(cursor: Cursor, known: Known, request: HttpRequest) -> None:
    cursor.execute(
        f"""SELECT {ORDER}, b.document, b.currency, b.company, b.contacts, b.terms_id, b.agreed_at
        FROM {JOINED} JOIN orders_basket b ON b.order_id = o.id
        WHERE o.owner_digest = %s AND o.state = 'new'""",
        [known["owner_digest"]],
    )
    cursor.fetchone()
    tiers(cursor, known, request)
    cursor.execute(
        "SELECT id, number, at FROM content_version WHERE page_id = 'terms'"
        " ORDER BY number DESC LIMIT 1"
    )
    cursor.fetchone()


def staff_queue(cursor: Cursor, known: Known, request: HttpRequest) -> None:
    """The session and what its user may do; the 50 orders; the counts; the tiers."""
    cursor.execute(
        "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
        [known["session_key"], at()],
    )
    cursor.fetchone()
    cursor.execute(
        """SELECT u.id, u.password, u.email, u.first_name, u.is_active, u.is_staff,
        EXISTS (SELECT 1 FROM mfa_authenticator a WHERE a.user_id = u.id),
        EXISTS (SELECT 1 FROM tenancy_user_groups g
            JOIN auth_group_permissions gp ON gp.group_id = g.group_id
            JOIN auth_permission p ON p.id = gp.permission_id
            WHERE g.user_id = u.id AND p.codename = 'view_order')
        FROM tenancy_user u WHERE u.id = %s""",
        [known["staff_id"]],
    )
    cursor.fetchone()
    cursor.execute(*_waiting_positions())
    ids = [row[1] for row in sorted(cursor.fetchall())[:50]]
    marks = ", ".join(["%s"] * len(ids)) or "NULL"
    cursor.execute(
        f"""SELECT {ORDER}, o.follow_up_on, k.attempts, k.last_step, k.last_error, k.lease_until,
        d.name, u.email, u.first_name FROM {JOINED}
        LEFT JOIN packing_packing k ON k.order_id = o.id
        LEFT JOIN tenancy_client d ON d.id = o.delivered_client_id
        LEFT JOIN tenancy_user u ON u.id = o.taken_by_id WHERE o.id IN ({marks})""",
        ids,
    )
    cursor.fetchall()
    for state in WAITING:
        cursor.execute(
            "SELECT updated_at, unreachable_since, complete FROM orders_order"
            " WHERE state = %s ORDER BY updated_at LIMIT 1001",
            [state],
        )
        cursor.fetchall()
    cursor.execute("SELECT code, name FROM catalogue_product ORDER BY position, id")
    cursor.fetchall()


def _waiting_positions() -> tuple[str, list[Any]]:
    late = at(15 * 60)
    parts = [("state = %s AND unreachable_since IS NULL", [state]) for state in WAITING[:2]]
    for state in WAITING[2:]:
        part = "state = %s AND unreachable_since IS NULL AND complete AND updated_at <= %s"
        parts.append((part, [state, late]))
    parts.append(("unreachable_since IS NOT NULL AND unreachable_since <= %s", [at()]))
    sql = " UNION ALL ".join(
        "SELECT * FROM (SELECT updated_at, id FROM orders_order"
        f" WHERE {where} ORDER BY updated_at, id LIMIT 51) part{number}"
        for number, (where, _values) in enumerate(parts)
    )
    return sql, [value for _where, values in parts for value in values]


QUERIES: dict[str, Callable[[Cursor, Known, HttpRequest], None]] = {
    "fragment-204": find_order,
    "fragment-200": find_order,
    "order-get": get_order,
    "order-get-304": get_order,
    "order-post": post_order,
    "shop-page": tiers,
    "shop-page-gzip": tiers,
    "tier-page": tier,
    "registration": find_order,
    "checkout": checkout,
    "staff-queue": staff_queue,
    "list-first": list_of(),
    "list-cursor": list_of("AND (o.created_at, o.id) < (%s, %s)", "position"),
    "list-last": list_of(order="ORDER BY o.created_at, o.id LIMIT 20"),
    "list-state": list_of("AND o.state = %s", "state"),
    "list-state-304": list_of("AND o.state = %s", "state"),
    "list-product": list_of("AND o.product_id = %s", "product"),
    "list-created-after": list_of("AND o.created_at > %s", "created_after"),
}
