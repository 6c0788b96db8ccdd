"""The words of the deployment's own step, for customers and staff."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AcmeConfig(AppConfig):
    """Adds its words to the shop's."""

    name = "acme"

    def ready(self) -> None:
        # Only now are there models, which these stand on.
        from shop.orders.error_codes import ERROR_CODES, ErrorCode
        from shop.packing.step_names import TITLES

        TITLES["create_workspace"] = _("Workspace")
        ERROR_CODES["acme_no_room"] = ErrorCode(
            _("There is no room for another workspace: buy more, then retry."),
            _("Your workspace needs more room. We look into it."),
        )
        ERROR_CODES["acme_refused"] = ErrorCode(_("The provisioning service refuses this order."))
