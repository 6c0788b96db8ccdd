"""`make screenshots`: every page in every state, as PNGs in `var/screenshots`.

Each on a phone and a desk, in light and dark, in German and English. Fewer take less time:

    python -m tests.screenshots checkout join --sizes phone 1440x900 --schemes light --languages en

takes only the scenes whose names hold one of the words. `--theme FOLDER --name NAME` shows the shop with
an adopter's theme (docs/adopters/look.md).

`--handbook` takes the pictures that the handbook for staff shows, named after their scenes.
"""

import argparse
import logging
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import django

SIZES = {"phone": (390, 844), "desk": (1280, 800)}
# The handbook for staff, in each of its languages.
HANDBOOKS = {
    "en": Path(__file__).resolve().parent.parent / "docs" / "staff",
    "de": Path(__file__).resolve().parent.parent / "docs" / "staff" / "de",
}
# The narrowest that shows what to do beside the facts, so that it can be read; and sharp.
HANDBOOK_SIZE, SHARPNESS = (1120, 840), 1.25
QUALITY = 60  # of 100: text stays sharp, and all pictures together stay below 2 MB
# The height at which a picture ends: below what is in `main`, and never within a line or a control.
END = """(most) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const boxes = [...document.querySelectorAll(".button, .state, input, select, textarea, svg")]
    .map((each) => each.getBoundingClientRect());
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    boxes.push(...range.getClientRects());
  }
  const parts = [...document.querySelector("main").children];
  let end = Math.min(most, 16 + Math.max(...parts.map((each) => each.getBoundingClientRect().bottom)));
  const cut = (box) => box.top < end && box.bottom > end;
  for (let found = boxes.find(cut); found; found = boxes.find(cut)) end = Math.floor(found.top) - 4;
  return end;
}"""


def arguments() -> argparse.Namespace:
    """The scenes, sizes and schemes to take pictures of."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots")
    parser.add_argument("words", nargs="*", default=[""], help="of the names of scenes")
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), help="phone, desk, or 1440x900")
    parser.add_argument("--schemes", nargs="+", default=["light", "dark"])
    parser.add_argument("--languages", nargs="+", default=["de", "en"])
    parser.add_argument("--folder", type=Path, help="default var/screenshots")
    parser.add_argument("--theme", type=Path, help="a folder as THEME_DIR names one")
    parser.add_argument("--name", default="", help="the name of the shop")
    parser.add_argument("--first-screen", action="store_true", help="not the whole page")
    parser.add_argument("--handbook", action="store_true", help="the pictures of docs/staff")
    return parser.parse_args()


def handbook_scenes(language: str) -> set[str]:
    """The names of the scenes of which the handbook in `language` shows a picture."""
    pages = (page.read_text(encoding="utf-8") for page in HANDBOOKS[language].glob("*.md"))
    return {name for page in pages for name in re.findall(r"\]\(pictures/([\w-]+)\.webp\)", page)}


def pixels(size: str) -> tuple[int, int]:
    """Width and height of a size by its name, or of one such as 1440x900."""
    if size in SIZES:
        return SIZES[size]
    width, _x, height = size.partition("x")
    return int(width), int(height)


@contextmanager
def serving() -> Iterator[str]:
    """The port of a shop in this process, on a database of its own."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread
    from django.test.utils import override_settings, setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    with override_settings(ROOT_URLCONF="tests.broken_urls", ALLOWED_HOSTS=["localhost"]):
        server = LiveServerThread("localhost", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        try:
            yield str(server.port)
        finally:
            server.terminate()
            teardown_databases(databases, verbosity=0)


def pictures(browser: Any, port: str, scene: Any, wanted: argparse.Namespace) -> None:
    """One of a scene for each size, scheme and language."""
    from tests.scene import open_scene

    for size, scheme, language in product(wanted.sizes, wanted.schemes, wanted.languages):
        width, height = pixels(size)
        context, page = open_scene(
            browser,
            port,
            scene,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=language,
        )
        name = f"{scene.name}-{size}-{scheme}-{language}.png"
        page.screenshot(path=wanted.folder / name, full_page=not wanted.first_screen)
        context.close()


def handbook_picture(browser: Any, port: str, scene: Any, language: str) -> None:
    """The first screen of a scene, in light, as the handbook in `language` shows it."""
    from tests.scene import open_scene

    width, height = HANDBOOK_SIZE
    options = {"viewport": {"width": width, "height": height}, "device_scale_factor": SHARPNESS}
    context, page = open_scene(
        browser, port, scene, color_scheme="light", locale=language, **options
    )
    page.evaluate("scrollTo(0, 0)")
    end = page.evaluate(END, height)
    clip = {"x": 0, "y": 0, "width": width, "height": end, "scale": SHARPNESS}
    # Playwright itself knows PNG and JPEG alone, which are twice as large.
    taken = context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip}
    )
    folder = HANDBOOKS[language] / "pictures"
    folder.mkdir(exist_ok=True)
    (folder / f"{scene.name}.webp").write_bytes(b64decode(taken["data"]))
    context.close()


def main(wanted: argparse.Namespace) -> None:
    """Take the pictures."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop of its own
    if wanted.theme:
        os.environ["TEST_THEME_DIR"] = str(wanted.theme.resolve())
    os.environ["TEST_SHOP_NAME"] = wanted.name
    from shop.message_catalogues import compile_catalogues

    compile_catalogues()  # also those of the theme, before they are read
    django.setup()
    logging.disable()  # some pages are of things that break

    from django.conf import settings
    from playwright.sync_api import sync_playwright

    from tests.journey.conftest import ARGUMENTS
    from tests.prepare import chromium
    from tests.scenes import GROUPS

    wanted.folder = wanted.folder or Path(settings.BASE_DIR) / "var" / "screenshots"
    wanted.folder.mkdir(parents=True, exist_ok=True)
    shown = {language: handbook_scenes(language) for language in HANDBOOKS}
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for group in GROUPS:
            for scene in group():
                if wanted.handbook:
                    for language in HANDBOOKS:
                        if scene.name in shown[language]:
                            print(scene.name, language, flush=True)
                            handbook_picture(browser, port, scene, language)
                elif any(word in scene.name for word in wanted.words):
                    print(scene.name, flush=True)
                    pictures(browser, port, scene, wanted)
        browser.close()


if __name__ == "__main__":
    main(arguments())
