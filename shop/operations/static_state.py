"""Collected static files, compared with those that this version brings."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage


def outdated_static_files() -> list[str]:
    """Return the names of static files that are not collected as they now are, sorted."""
    return sorted(set(_outdated()))


def _outdated() -> Iterator[str]:
    manifest = getattr(staticfiles_storage, "manifest_name", None)
    root = Path(settings.STATIC_ROOT)
    if manifest and not (root / manifest).exists():
        yield manifest
    seen = set()
    for finder in get_finders():
        for path, storage in finder.list([]):
            prefix = getattr(storage, "prefix", None)
            name = f"{prefix}/{path}" if prefix else path
            if name in seen:  # collectstatic takes the first
                continue
            seen.add(name)
            collected = root / name
            with storage.open(path) as ours:
                if not collected.exists() or collected.read_bytes() != ours.read():
                    yield name
