"""The partners' changelog: a page for people, and an Atom feed for their readers."""

from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed

from shop.base_url import base_url
from shop.guide.changelog import CHANGES, by_day
from shop.guide.pages import ORDERS, frame
from shop.guide.views import get_required
from shop.kept_pages import KeptPages, is_same_for_all
from shop.theme import shop_name

_pages = KeptPages()


@get_required
def changelog(request: HttpRequest) -> HttpResponse:
    """The page; the same for everybody of whom nothing is known."""
    if is_same_for_all(request):
        return _pages.answer(request, settings.DEMO, lambda nobody, _token: _page(nobody))
    return HttpResponse(_page(request))


@get_required
def changelog_feed(request: HttpRequest) -> HttpResponse:
    """The feed, in English as its entries are."""
    response = HttpResponse(_feed(base_url(request)), content_type=Atom1Feed.content_type)
    patch_cache_control(response, public=True, max_age=300)
    return response


def _page(request: HttpRequest) -> str:
    return render_to_string("api/changelog.html", {**frame(ORDERS), "days": by_day()}, request)


def _feed(base: str) -> str:
    page = base + reverse("api_changelog")
    feed = Atom1Feed(
        title=f"{shop_name()} API changelog",
        subtitle="What has changed for programs.",
        description=None,
        link=page,
        feed_url=base + reverse("api_changelog_feed"),
        author_name=shop_name(),
        language="en",
    )
    for change in CHANGES:
        at = datetime.combine(change.day, time(), UTC)
        link = f"{page}#{change.id}"
        text: Any = None  # the title says all, and the types do not allow to leave it out
        feed.add_item(change.title, link, text, pubdate=at, updateddate=at)
    return feed.writeString("utf-8")
