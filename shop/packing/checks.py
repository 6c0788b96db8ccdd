"""System checks of the steps and limits of packing."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from shop.packing.step_names import load_step


@register()
def check_steps(**kwargs: Any) -> list[CheckMessage]:
    """Each step of PACKING_STEPS can be imported, and no two have the same name."""
    found: list[CheckMessage] = []
    for path in settings.PACKING_STEPS:
        try:
            step = load_step(path)
        except ImportError:
            found.append(Error(f"PACKING_STEPS names {path}, which cannot be imported."))
            continue
        if step.gate and step.calls_out:
            found.append(Error(f"{path} is a gate: it must not call another system."))
    names = [path.rpartition(".")[2] for path in settings.PACKING_STEPS]
    if len(set(names)) < len(names):
        found.append(Error("PACKING_STEPS has two steps of one name: each is recorded by it."))
    return found


@register()
def check_limits(**kwargs: Any) -> list[CheckMessage]:
    """A lease outlives the step that it is for."""
    if settings.PACKING_LEASE_SECONDS < settings.PACKING_STEP_SECONDS:
        return [Error("PACKING_LEASE_SECONDS must not be below PACKING_STEP_SECONDS.")]
    return []
