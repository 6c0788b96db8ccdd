"""The functions that clusters run, by their dotted paths in the settings."""

from inspect import signature

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

PATHS = [
    path
    for cluster in settings.WORKER_CLUSTERS.values()
    for kind in ("tasks", "hourly")
    for path in cluster.get(kind, [])
]


@pytest.mark.once
@pytest.mark.parametrize("path", PATHS)
def test_function_takes_the_heartbeat(path: str) -> None:
    signature(import_string(path)).bind(lambda: None)
