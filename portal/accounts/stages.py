"""Sign-in stage for the second factor."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpResponse

from portal.accounts.mfa_adapter import came_by_code
from shop.tenancy.mfa import may_recover_by_mail


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # allauth is not typed
    """allauth's stage; users with nothing but passkeys may skip it after an e-mailed code."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Return the response, if any, and whether signing in continues."""
        user = self.login.user
        if user and came_by_code(self.request, user) and may_recover_by_mail(user):
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer
