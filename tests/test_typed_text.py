"""Names that turn text, show nothing or never end: every page isolates them, and none is hidden."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shop.access.tokens import issue
from shop.invisible_characters import INVISIBLE, TURNS
from shop.notifications.emails.kinds import render
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_attention
from shop.notifications.webhooks.endpoints import register
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.member_orders import invite
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.tenancy.models import User
from shop.typed_text import isolated
from tests.factories import (
    make_application,
    make_membership,
    make_order,
    make_packed_order,
    make_staff,
    make_user,
    pack_all,
)
from tests.pages import html, visitor

MARK = "Turned"
TURNED = f"\u202e{MARK} " + "W" * 160
NAMES = {TURNED, TURNED[:100], f"{TURNED} {TURNED}"}  # may stand in a block alone
BLOCKS = {"td", "th", "dd", "dt", "h1", "h2", "h3", "li", "p", "pre", "div", "option", "title"}
VOID = {"input", "br", "meta", "link", "img", "hr", "use", "path", "wbr", "rect", "line"}
# Not pages, or pages that end what the test goes on with.
LEFT_OUT = re.compile(
    r"/static/|/api/|/dev/|logout|export|jsi18n|/delete/|/history/|\?.*(lang|o|_facets)=|\.(xml|txt)"
)
MOST = 400  # pages for one person
# Where each is sure to see such names; `…` stands for numbers and hashes.
SHOWN = {
    "visitor": {"/register/…/"},
    "member": {"/register/…/", "/portal/"},
    "client_admin": {
        *("/register/…/", "/portal/", "/portal/clients/…/", "/portal/clients/…/orders/"),
        *("/portal/clients/…/hand-over/", "/portal/projects/…/", "/portal/projects/…/invite/"),
        *("/portal/applications/…/", "/portal/applications/…/credentials/"),
        *(
            "/portal/applications/…/credentials/tokens/…/revoke/",
            "/portal/applications/…/webhooks/…/",
        ),
    },
    "staff": {
        *("/staff/", "/staff/orders/…/", "/staff/applications/", "/staff/applications/…/"),
        *("/staff/clients/", "/staff/clients/…/", "/staff/activity/", "/staff/mails/sent/…/"),
        *(f"/staff/catalogue/tenancy/{name}/" for name in ("client", "project", "user")),
        *(f"/staff/catalogue/tenancy/{name}/…/change/" for name in ("client", "project")),
    },
}


class Typed(HTMLParser):
    """Parser that finds signs that turn text where `<bdi>`, or a block alone, does not hold them.

    `seen` counts the places with MARK; `bare` lists those that nothing isolates.
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[tuple[str, list[str]]] = []
        self.bare: list[str] = []
        self.seen = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            # An input is a box of its own; its reader may change what is in it.
            if value and TURNS.search(value) and (tag, name) != ("input", "value"):
                self.bare.append(f"<{tag} {name}>")
        if tag not in VOID:
            self.open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            closed, texts = self.open.pop()
            if closed in BLOCKS and not (len(texts) == 1 and texts[0] in NAMES):
                self.bare += [text for text in texts if TURNS.search(text)]
            elif self.open:
                self.open[-1][1].extend(texts if closed not in BLOCKS | {"bdi"} else [])
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if not data.strip() or not self.open:
            return
        self.seen += MARK in data
        isolates = {tag for tag, _texts in self.open} & {"bdi", "textarea", "script"}
        self.open[-1][1].append("" if isolates else data.strip())


def test_parser_sees_what_is_not_isolated() -> None:
    for sound in (f"<p>by <bdi>{TURNED}</bdi></p>", f"<td>{TURNED}</td>", f"<p>by {MARK}</p>"):
        assert (Typed(sound).bare, Typed(sound).seen) == ([], 1)
    for faulty in (
        f"<p>by {TURNED}</p>",
        f"<p><b>{TURNED}</b> ok</p>",
        f'<a title="{TURNED}"></a>',
    ):
        assert len(Typed(faulty).bare) == 1


@pytest.fixture
def people(db: None) -> dict[str, tuple[User | None, list[str]]]:
    """Orders whose every field turns text; by role, who looks at them and where they begin."""
    names: dict[str, Any] = {"client_name": TURNED, "project_name": TURNED}
    person: dict[str, Any] = {
        "user_first_name": TURNED,
        "user_last_name": TURNED,
        "user_email": "a@gmx.com",
    }
    order = make_packed_order(product="l", **names, **person)
    project, admin = order.delivered_project, order.member
    assert project
    assert admin
    User.objects.filter(pk=admin.pk).update(is_active=True, joined_at=admin.date_joined)
    project.memberships.update(joined_at=admin.date_joined)
    member = make_user(first_name=TURNED, last_name=TURNED)
    make_membership(project=project, user=member)
    admin.refresh_from_db()
    invite(project, admin, {**person, "user_email": "b@gmx.com"})
    pack_all()
    invite(project, admin, {**person, "user_email": "c@gmx.com"})
    waiting = make_order("xl", **names, **person)
    pack_all()
    staff = make_staff(first_name=TURNED, last_name=TURNED)
    waiting.refresh_from_db()
    Order.objects.filter(pk=waiting.pk).update(taken_by=staff)
    waiting.events.create(kind="note", note=TURNED, actor=staff)
    program = make_application(TURNED[:100], owner=admin)
    issue(TURNED, holder=program)
    hook = {"url": "https://partner.example/hooks", "events": ["order.*"]}
    endpoint = register(program, hook)
    make_order("s", Caller(application=program), **names, **person)
    told = endpoint.deliveries.get()
    told.attempt_log.create(at=told.created_at, status=500, failure="status", answer=TURNED)
    pages = [f"/register/{each.order_hash}/" for each in Order.objects.all()]
    return {
        "visitor": (None, ["/", "/checkout/?tier=s", *pages]),
        "client_admin": (admin, ["/portal/", *pages]),
        "member": (member, ["/portal/", pages[0]]),
        "staff": (
            staff,
            ["/staff/?show=all", f"/staff/?q={MARK}", "/staff/", reverse("admin:index")],
        ),
    }


def walk(browser: Client, begin: list[str]) -> dict[str, Typed]:
    """Follow the links of pages from `begin` on, and return what was found, by path."""
    found: dict[str, Typed] = {}
    ahead = list(begin)
    while ahead and len(found) < MOST:
        path = ahead.pop(0)
        bare_path = path.partition("?")[0]
        if path in found or (
            path not in begin and bare_path in {p.partition("?")[0] for p in found}
        ):
            continue
        answer = browser.get(path)
        if "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        source = html(answer) if not answer.streaming else ""
        found[path] = Typed(source)
        links = [unescape(link) for link in re.findall(r'href="(/[^"#]*|\?[^"#]*)"', source)]
        links = [path.partition("?")[0] + link if link[0] == "?" else link for link in links]
        ahead += [link for link in links if not LEFT_OUT.search(link)]
    return found


@pytest.mark.long
@pytest.mark.parametrize("role", ["visitor", "client_admin", "member", "staff"])
def test_every_page_isolates_what_people_typed(
    role: str, people: dict[str, tuple[User | None, list[str]]]
) -> None:
    who, begin = people[role]
    found = walk(visitor(who), begin)
    assert len(found) < MOST
    seen = [path.partition("?")[0] for path, page in found.items() if page.seen]
    shown = {re.sub(r"[0-9a-f]{32}|\d+", "…", path) for path in seen}
    assert shown >= SHOWN[role]
    bare = {path: page.bare for path, page in found.items() if page.bare}
    assert bare == {}


def test_every_mail_leaves_out_what_turns_or_shows_nothing(
    people: dict[str, tuple[User | None, list[str]]],
) -> None:
    for order in Order.objects.filter(state="need_human"):
        order.messages.update(state="refused")  # else the receipt says it alone
        queue_attention(order)
    kinds = set()
    for message in Message.objects.exclude(order=None):
        mail = render(message)
        kinds |= {message.kind} if MARK in mail.text and MARK in mail.html else set()
        assert not INVISIBLE.search(mail.text.replace("\u200a", ""))
        assert not INVISIBLE.search(mail.html)
        assert not Typed(mail.html).bare
    assert kinds >= {"received", "invitation", "attention"}


@pytest.mark.parametrize(
    "name",
    [
        *("\u3164", "\u2800", "\u115f\u1160", "\ufe0f", "\U000e0041\U000e007f", "\uffa0", "\u034f"),
        *("\u200b \u202e", "\u180b", "\U0001d173", "\u17b4", " \u2800\u3164 ", "\u2065", "\ufff0"),
    ],
)
def test_name_in_which_nothing_can_be_seen_is_refused(name: str, db: None) -> None:
    document = {"product": "s", "client_name": f"{name}x", "project_name": name}
    with pytest.raises(InvalidDocumentError) as refusal:
        check_document(document)
    assert [(each.member, each.code) for each in refusal.value.problems] == [
        ("project_name", "blank")
    ]


def test_text_in_a_sentence_is_isolated_where_it_runs_from_right_to_left() -> None:
    assert isolated("Film") == "Film"
    assert isolated("\u202eFilm\u202c\u2069") == "Film"
    assert isolated("فيلم") == "\u2068فيلم\u2069"
