"""Read the guides: their pages, pieces of code and anchors, and what their curl commands send."""

import re
import shlex
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote_plus, urlsplit

from django.test import Client

from shop.guide.pages import GUIDES, Guide
from tests.pages import html, visitor, words


def code(source: str, name: str) -> str:
    """A piece of code as the page prints it."""
    found = re.search(rf'<pre id="code-{name}"[^>]*><code>(.*?)</code></pre>', source, re.DOTALL)
    assert found, name
    return unescape(re.sub("<[^>]+>", "", found[1]))


def page(path: str, language: str = "en") -> str:
    """The source of a page of the guides, as a reader gets it."""
    answer = visitor(language=language).get(path)
    assert answer.status_code == 200, path
    return html(answer)


def printed(name: str, base: str = "http://testserver") -> str:
    """A piece of code as the guides print it for the server at `base`, on whichever page it is."""
    reader = Client(headers={"host": urlsplit(base).netloc, "accept-language": "en"})
    for guide in GUIDES.values():
        for chapter in guide.chapters:
            source = html(reader.get(chapter.url))
            if f'id="code-{name}"' in source:
                return code(source, name)
    raise LookupError(name)


def all_words(guide: Guide) -> str:
    """All that the pages of a guide say."""
    return " ".join(words(visitor().get(chapter.url)) for chapter in guide.chapters)


class Anchors(HTMLParser):
    """The ids of a page, and the ids and pages its links lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.pages: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if identifier := attributes.get("id"):
            self.ids.append(identifier)
        target = attributes.get("href") or ""
        if target.startswith("#"):
            self.targets.add(target[1:])
        else:
            self.pages.add(target)


@dataclass
class Sent:
    """The request that a curl command sends."""

    method: str = "GET"
    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    user: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return self.address.removeprefix("http://testserver")


def sent_by(command: str) -> Sent:
    """Return the request that `command` sends. The caller keeps the files of cookies."""
    words_of_it = shlex.split(command.replace("\\\n", " "))
    assert words_of_it.pop(0) == "curl"
    sent, method, body = Sent(), "", []
    while words_of_it:
        match words_of_it.pop(0):
            case "-i":
                pass
            case "-b" | "-c":
                assert words_of_it.pop(0) == "owner"
            case "-X":
                method = words_of_it.pop(0)
            case "-H":
                name, _, value = words_of_it.pop(0).partition(": ")
                sent.headers[name] = value
            case "-d":
                body.append(words_of_it.pop(0))
            case "--data-urlencode":
                name, _, value = words_of_it.pop(0).partition("=")
                body.append(f"{name}={quote_plus(value)}")
            case "-u":
                sent.user = words_of_it.pop(0).split(":")
            case word:
                assert not word.startswith("-"), word
                sent.address = word
    sent.body = "&".join(body)
    sent.method = method or ("POST" if body else "GET")
    return sent
