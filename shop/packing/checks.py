"""System checks of the steps and limits of packing."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from shop.packing.step_names import load_step


@register()
def check_steps(**kwargs: Any) -> list[CheckMessage]:
    """Each step of a setting can be imported, and no two of one have the same name."""
    return [
        message
        for setting in ("PACKING_STEPS", "ENDING_STEPS", "CHANGING_STEPS")
        for message in _check(setting, getattr(settings, setting))
    ]


def _check(setting: str, paths: Sequence[str]) -> Iterator[CheckMessage]:
    for path in paths:
        try:
            step = load_step(path)
        except ImportError:
            yield Error(f"{setting} names {path}, which cannot be imported.")
            continue
        if step.gate and step.calls_out:
            yield Error(f"{path} is a gate: it must not call another system.")
    names = [path.rpartition(".")[2] for path in paths]
    if len(set(names)) < len(names):
        yield Error(f"{setting} has two steps of one name: each is recorded by it.")


@register()
def check_limits(**kwargs: Any) -> list[CheckMessage]:
    """A lease outlives the step that it is for."""
    if settings.PACKING_LEASE_SECONDS < settings.PACKING_STEP_SECONDS:
        return [Error("PACKING_LEASE_SECONDS must not be below PACKING_STEP_SECONDS.")]
    return []
