"""Each example of the guides is printed on a page, and run by a test or only shown for a reason."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from shop.guide.pages import GUIDES
from shop.guide.snippets import EXAMPLES
from tests.api.guides import page

pytestmark = pytest.mark.django_db

DOCS, OPEN_ORDER = "tests/api/test_docs.py", "tests/api/test_open_order_docs.py"
OAUTH, RECEIVERS = "tests/api/test_oauth_docs.py", "tests/api/test_receivers.py"
ENDPOINTS = "tests/api/test_endpoint_docs.py"
REGISTERED = f"{ENDPOINTS}::test_endpoint_is_registered_tested_and_replayed_as_printed"
# By the name of the file: the test that runs it as the page prints it.
RUN_BY = {
    "cancel_curl": f"{DOCS}::test_cancel_by_curl_is_made",
    "change_curl": f"{DOCS}::test_change_by_curl_is_made",
    "deliveries_curl": REGISTERED,
    "endpoint_curl": REGISTERED,
    "receiver_django": f"{RECEIVERS}::test_printed_receiver_takes_each_event_once",
    "receiver_express": f"{RECEIVERS}::test_printed_receiver_in_express_can_be_parsed",
    "receiver_flask": f"{RECEIVERS}::test_printed_receiver_takes_each_event_once",
    "replay_curl": REGISTERED,
    "sync_python": "tests/api/test_sync.py::test_copy_of_the_script_is_what_the_shop_has",
    "test_event_curl": REGISTERED,
    "first_order_curl": f"{DOCS}::test_first_order_by_curl_is_answered_as_printed",
    "first_order_python": f"{DOCS}::test_first_order_in_python_is_followed_to_its_end",
    "first_order_javascript": f"{DOCS}::test_first_order_in_javascript_is_followed_to_its_end",
    "limits_curl": f"{OAUTH}::test_printed_curl_names_the_limited_token_in_the_demo_alone",
    "limits_python": f"{OAUTH}::test_printed_python_waits_at_the_limit",
    "new_project_curl": f"{DOCS}::test_new_project_by_curl_is_ordered",
    "oauth_curl": f"{OAUTH}::test_printed_curl_exchanges_a_code_refreshes_and_revokes",
    "oauth_javascript": f"{OAUTH}::test_printed_javascript_gets_refreshes_and_revokes_tokens",
    "oauth_python": f"{OAUTH}::test_printed_python_gets_refreshes_and_revokes_tokens",
    "open_order_curl": f"{OPEN_ORDER}::test_run_by_curl_is_answered_as_told",
    "open_order_python": f"{OPEN_ORDER}::test_run_in_python_is_followed_to_its_end",
    "products_curl": "tests/api/test_products.py::test_tier_in_the_guide_is_answered_as_printed",
    "refusal": f"{DOCS}::test_refusal_is_answered_as_printed",
    "source_alternate": f"{OPEN_ORDER}::test_second_example_of_the_source_names_the_order_for_good",
    "source_child": f"{OPEN_ORDER}::test_third_example_of_the_source_shows_the_product",
    "source_implicit": f"{OPEN_ORDER}::test_first_example_of_the_source_opens_an_order",
    "token_curl": f"{DOCS}::test_token_is_fetched_as_printed",
    "verify_javascript": f"{DOCS}::test_printed_code_tells_our_events_from_others",
    "verify_python": f"{DOCS}::test_printed_code_tells_our_events_from_others",
}
# Those that nothing runs, and why.
SHOWN = {"event": "An excerpt of what we send: recorded events are in the chapter on endpoints."}
NAMES = sorted(each.stem for each in EXAMPLES.glob("*.txt"))


def test_each_example_is_run_or_only_shown() -> None:
    assert sorted([*RUN_BY, *SHOWN]) == NAMES


@pytest.mark.parametrize("name", sorted(RUN_BY))
def test_test_that_runs_an_example_is_there_and_names_it(name: str) -> None:
    file, _, test = RUN_BY[name].partition("::")
    source = (Path(settings.BASE_DIR) / file).read_text(encoding="utf-8")
    assert f"def {test}(" in source
    # The ending may be put in by the test.
    example, _, _language = name.replace("_", "-").rpartition("-")
    assert re.search(rf"[\"']{example}", source)


def test_each_example_is_printed_on_a_page() -> None:
    pages = [page(chapter.url) for guide in GUIDES.values() for chapter in guide.chapters]
    printed = "".join(pages)
    missing = [name for name in NAMES if f'id="code-{name.replace("_", "-")}"' not in printed]
    assert missing == []
