"""What the steps of packing are called, in rows and on pages."""

from django.utils.translation import gettext_lazy as _

TITLES = {
    "client": _("Client"),
    "project": _("Project"),
    "member": _("First member"),
    "invitation": _("Invitation"),
}


def step_name(path: str) -> str:
    """The name by which a step is recorded: the last part of its dotted path."""
    return path.rpartition(".")[2]


def step_title(name: str) -> str:
    """What pages call the step `name`; a deployment's own steps go by their names."""
    return str(TITLES.get(name, name))
