"""The start of a process that serves requests or works, as the setting PROCESS_STARTS wants it."""

import multiprocessing

from django.conf import settings
from django.utils.module_loading import import_string


def process_starts(kind: str) -> None:
    """Call the functions of PROCESS_STARTS in this process, "web" or "worker"."""
    if kind == "web":  # the worker names its own by what they do
        multiprocessing.current_process().name = "shop-web"
    for path in settings.PROCESS_STARTS:
        import_string(path)(kind)
