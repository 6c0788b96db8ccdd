"""Who may call the API: partners' programs. Their tokens are rows of allauth's provider."""

from typing import ClassVar

from allauth.idp.oidc.models import Client as OAuthClient
from django.db import models
from django.utils.translation import gettext_lazy as _


class Application(models.Model):
    """A partner's program. It sees the orders it placed and no others."""

    name = models.CharField(max_length=100)
    oauth_client = models.OneToOneField(
        OAuthClient, on_delete=models.CASCADE, related_name="application"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    demo = models.BooleanField(
        default=False, editable=False, help_text=_("Works in the demo profile only.")
    )

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return self.name
