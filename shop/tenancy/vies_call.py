"""One call to VIES, the EU's register of VAT ids, over its REST interface."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings

from shop.worker.http_client import HttpClient, Response

SECONDS = 10.0  # for a whole call
MAX_BYTES = 16 * 1024
# The demo asks nobody: these are known, one cannot be asked about, all others are unknown.
DEMO_KNOWN = frozenset({"ATU12345675", "FR40303265045", "NL123456782B90", "DE123456788"})
DEMO_AWAY = "ATU99999993"
DEMO_CONSULTATION = "DEMO0000000000001"
# Says that the seller's own id is wrong; without it VIES answers, but gives no number.
WRONG_REQUESTER = "INVALID_REQUESTER_INFO"
MALFORMED = "INVALID_INPUT"


@dataclass(frozen=True)
class Answer:
    """The answer of VIES: `known`, or why there is none."""

    known: bool | None = None
    consultation_number: str = ""
    error: str = ""
    is_away: bool = False  # VIES as a whole: other ids need not be asked for now


def ask(vat_id: str, requester: str) -> Answer:
    """Ask VIES about a VAT id in the name of `requester`, the seller's; both in canonical form.

    With a requester the answer has a consultation number. In the demo without VIES_URL, a table
    answers.
    """
    if not settings.VIES_URL:
        return _of_the_demo(vat_id)
    answer = _call(vat_id, requester)
    if requester and answer.error == WRONG_REQUESTER:
        return _call(vat_id, "")
    return answer


def _of_the_demo(vat_id: str) -> Answer:
    if vat_id == DEMO_AWAY:
        return Answer(error="MS_UNAVAILABLE")
    known = vat_id in DEMO_KNOWN
    return Answer(known=known, consultation_number=DEMO_CONSULTATION if known else "")


def _call(vat_id: str, requester: str) -> Answer:
    question = {"countryCode": vat_id[:2], "vatNumber": vat_id[2:]}
    if requester:
        question |= {"requesterMemberStateCode": requester[:2], "requesterNumber": requester[2:]}
    client = HttpClient(SECONDS, settings.DEMO, MAX_BYTES)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    url = f"{settings.VIES_URL.rstrip('/')}/check-vat-number"
    return _read(client.request("POST", url, headers, json.dumps(question).encode()))


def _read(response: Response) -> Answer:
    said = _object(response.body)
    error = _error(said)
    if error == MALFORMED:
        return Answer(known=False)
    if error:
        return Answer(error=error)
    if response.failure:
        shown = f" {response.status}" if response.status else ""
        return Answer(error=f"{response.failure}{shown}", is_away=True)
    known = said.get("valid")
    if response.status != HTTPStatus.OK or not isinstance(known, bool):
        return Answer(error="no answer that we can read", is_away=True)
    number = said.get("requestIdentifier")
    return Answer(known, number[:50] if isinstance(number, str) else "")


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:  # not JSON, not UTF-8, or cut off
        return {}
    return said if isinstance(said, dict) else {}


def _error(said: dict[str, Any]) -> str:
    """The code by which VIES says that it has no answer; empty if there is none.

    `userError` is VALID or INVALID beside an answer.
    """
    wrappers = said.get("errorWrappers")
    first = wrappers[0] if isinstance(wrappers, list) and wrappers else None
    code = first.get("error") if isinstance(first, dict) else said.get("userError")
    known = isinstance(code, str) and code not in {"", "VALID", "INVALID"}
    return str(code)[:100].replace("\0", "") if known else ""
