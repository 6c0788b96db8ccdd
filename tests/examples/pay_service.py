"""The example's provider of online payment on a free port, for tests to pay at."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from acme.pay_server import make_pay_server

from shop.billing.models import Invoice
from tests.factories import make_client, make_invoice, make_subscription

SECRET = "between the provider and us"


@contextmanager
def pay_service(notify_url: str = "http://127.0.0.1:9/") -> Iterator[list[dict[str, Any]]]:
    """The payments that the provider has been asked for; AcmePay finds it meanwhile."""
    server = make_pay_server(0, SECRET, notify_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACME_PAY_URL", f"http://127.0.0.1:{server.server_port}")
        patch.setenv("ACME_PAY_SECRET", SECRET)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.RequestHandlerClass.payments  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()
        server.server_close()


def customers_invoice() -> Invoice:
    """An invoice of a client whose client_admin can sign in."""
    return make_invoice(make_subscription(make_client()))
