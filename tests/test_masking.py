"""Masks of logs, traces and error reports: secrets and people are gone, the rest is still there."""

import pytest

from shop.masking import mask

pytestmark = pytest.mark.once
HASH = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"Not Found: /register/{HASH}/join/a-token/", "Not Found: /register/…/join/…/"),
        (f"GET /api/orders/{HASH}?x=1", "GET /api/orders/…?x=1"),
        ("/account/back-office/tok:en/", "/account/back-office/…/"),
        ("/declarations/prove/tok:en/", "/declarations/prove/…/"),
        ("/account/password/reset/key/3-key/", "/account/password/reset/key/…/"),
        (f"{{'order_hash': '{HASH}'}}", "{'order_hash': '…'}"),
        (f"webhook msg_{HASH} to partner.example", f"webhook msg_{HASH} to partner.example"),
        ("{'nina.o+x@müller.example': (550, b'no')}", "{'…@…': (550, b'no')}"),
        ("o'neil@müller.example", "…@…"),
        ("email=nina%40example.com&x=1", "email=…@…&x=1"),
        (f"?next=%2Fregister%2F{HASH}%2Fjoin%2Ftok%3Aen%2F&x=1", "?next=/register/…/join/…%2F&x=1"),
        ("next=%2faccount%2freset%2fkey%2f3-key%2f", "next=%2faccount/reset%2fkey/…%2f"),
        (f"next=%252Fregister%252F{HASH}", "next=%252Fregister%252F…"),
        (f"q=%22{HASH}%22", "q=%22…%22"),
        (f"/probe/{HASH}~1abc:signature", "/probe/…"),
        ("smtp://user:pass@mail.example", "smtp://…@mail.example"),
        ("raise Refused  # @wraps(view)", "raise Refused  # @wraps(view)"),
        (
            "duplicate key\nDETAIL:  Key (name)=(Nina Muster) already exists.\nMORE",
            "duplicate key\nDETAIL: …\nMORE",
        ),
        ("LINE 1: SELECT * WHERE name = 'Nina'\n        ^", "LINE 1: …\n        ^"),
        (
            "Input is wrong [type=x, input_value={'a': 'Nina'}, input_type=dict]",
            "Input is wrong [type=x, input_value=…, input_type=dict]",
        ),
        ("card 4111-1111-1111-1111", "card …"),
        ("order K7QM-3FZ2 took 12 ms", "order K7QM-3FZ2 took 12 ms"),
    ],
)
def test_secrets_and_people_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked
