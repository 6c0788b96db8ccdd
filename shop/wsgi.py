"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

shop = get_wsgi_application()

from django.db import connection  # noqa: E402 -- needs the settings, like what follows

from shop.last_resort import answering_shortages, warm_up  # noqa: E402
from shop.message_catalogues import refuse_missing_catalogues  # noqa: E402
from shop.orders.checks import refuse_old_database  # noqa: E402
from shop.process_starts import starting_with_first_request  # noqa: E402

refuse_missing_catalogues()
refuse_old_database()
connection.close()  # of this thread, which serves no requests
warm_up()

application = answering_shortages(starting_with_first_request(shop))
