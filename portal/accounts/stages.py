"""What is asked between a password, or a code, and being signed in."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpResponse

from portal.accounts.mfa_adapter import came_by_code
from shop.tenancy.mfa import may_recover_by_mail


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # allauth is not typed
    """allauth's, but whoever has nothing but passkeys may come in by mail: one may be lost."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """What to answer, and whether signing in goes on."""
        user = self.login.user
        if user and came_by_code(self.request, user) and may_recover_by_mail(user):
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer
