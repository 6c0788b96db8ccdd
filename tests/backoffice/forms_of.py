"""The form of a page as a browser sends it back, and how many queries a page takes."""

import re
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.pages import Response, fields, html


def form_of(page: Response) -> dict[str, str]:
    """Names and values of all fields of the main part: inputs, chosen options and texts."""
    source = html(page).partition("<main")[2]
    found = {
        name: value
        for name, value in fields(page).items()
        if f'name="{name}"' in source and name not in {"csrfmiddlewaretoken", "q"}
    }
    for name, inside in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', source, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = unescape(chosen[1]) if chosen else ""
    for name, text in re.findall(
        r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', source, re.DOTALL
    ):
        found[name] = unescape(text).removeprefix("\n").removeprefix("\r\n")
    found.pop("way", None)
    found.pop("step", None)
    return found


def queries_of(browser: Client, path: str) -> int:
    """The number of queries that a page takes, once everything it remembers is there."""
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        browser.get(path)
    return len(captured)
