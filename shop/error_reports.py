"""Django's error reports, without what may hold a password or a key."""

import re

from django.views.debug import SafeExceptionReporterFilter

from shop.env import SECRET


class SecretsFilter(SafeExceptionReporterFilter):
    """Leaves out URLs with passwords and the like, too, beside what Django knows as secret."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|{SECRET.pattern}", re.IGNORECASE
    )
