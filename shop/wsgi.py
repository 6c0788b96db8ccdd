"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

application = get_wsgi_application()

from shop.message_catalogues import refuse_missing_catalogues  # noqa: E402 -- needs the settings
from shop.orders.checks import refuse_old_database  # noqa: E402 -- needs the apps

refuse_missing_catalogues()
refuse_old_database()
connection.close()  # of this thread, which serves no requests
