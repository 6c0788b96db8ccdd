"""The texts of the deployment's own step, for customers and staff."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AcmeConfig(AppConfig):
    """Adds its texts to the shop's."""

    name = "acme"

    def ready(self) -> None:
        # These import models, which are ready only now.
        from shop.orders.error_codes import ERROR_CODES, ErrorCode
        from shop.packing.step_names import TITLES

        TITLES["create_workspace"] = _("Workspace")
        ERROR_CODES["acme_no_room"] = ErrorCode(
            _("There is no room for another workspace: buy more, then retry."),
            _("Your workspace needs more room. We look into it."),
        )
        ERROR_CODES["acme_refused"] = ErrorCode(_("The provisioning service refuses this order."))
