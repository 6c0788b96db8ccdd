"""`make screenshots`: every page in every state, as PNGs in `var/screenshots`.

Each on a phone and a desk, in light and dark, in German and English. `python -m tests.screenshots
checkout` takes only the scenes whose names hold that word.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import django

SIZES = {"phone": (390, 844), "desk": (1280, 800)}


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


def pictures(browser: Any, port: str, scene: Any, folder: Path) -> None:
    """The eight of a scene."""
    from tests.scene import open_scene

    for (size, (width, height)), scheme, language in product(
        SIZES.items(), ("light", "dark"), ("de", "en")
    ):
        context, page = open_scene(
            browser,
            port,
            scene,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=language,
        )
        name = f"{scene.name}-{size}-{scheme}-{language}.png"
        page.screenshot(path=folder / name, full_page=True)
        context.close()


def main(wanted: str) -> None:
    """Take the pictures of the scenes whose names hold `wanted`."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop of its own
    django.setup()
    logging.disable()  # some pages are of things that break

    from django.conf import settings
    from playwright.sync_api import sync_playwright

    from tests.journey.conftest import ARGUMENTS
    from tests.prepare import chromium
    from tests.scenes import GROUPS

    folder = Path(settings.BASE_DIR) / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for group in GROUPS:
            for scene in group():
                if wanted in scene.name:
                    print(scene.name, flush=True)
                    pictures(browser, port, scene, folder)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
