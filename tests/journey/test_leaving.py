"""A person's own things, and the way out: profile, leaving a project, a wish that is carried out."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.journey.conftest import OpenContext, check_accessibility
from tests.journey.members import joined
from tests.journey.shop import run_in_shop
from tests.journey.test_journey import PASSWORD, reload_until

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

# The contract has had its last day; and what the worker does each hour, by a worker's own code.
LAST_DAY = """
from datetime import timedelta
from django.utils import timezone
from shop.billing.models import Subscription
day = timezone.localdate() - timedelta(days=1)
found = Subscription.objects.filter(project__name={project!r}, cancelled_at__isnull=False)
assert found.update(ends_on=day) == 1
"""
AN_HOUR = """
from shop.worker.models import Heartbeat
from shop.worker.tasks import run_cluster
Heartbeat.objects.filter(cluster="messages").update(hourly_at=None, hourly_until=None)
run_cluster("messages")
"""


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """The button or link of this name in the page; shows once more who is there, if asked."""
    main = page.locator("main")
    main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first.click()
    page.wait_for_load_state()
    if "/reauthenticate/" in page.url:
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form .button--primary").first.click()
        page.wait_for_load_state()


def change_profile(page: Page) -> None:
    """From the navigation to another name, and to times as they are in Lima."""
    page.locator(".portal-nav").get_by_role("link", name="Profile").click()
    check_accessibility(page)
    page.locator("[name=first_name]").fill("Uta")
    page.locator("[name=language]").select_option("en")  # the order was in German
    page.locator("[name=time_zone]").select_option("America/Lima")
    press(page, "Save")
    expect(page.get_by_role("status")).to_contain_text("Your profile is saved.")
    expect(page.locator("[name=first_name]")).to_have_value("Uta")


def end_contract(page: Page, variables: dict[str, str], project: str) -> None:
    """From the page that shows what holds the account: cancelled, ended, and its data waived."""
    press(page, "Cancel")
    press(page, re.compile("^Cancel · ends"))
    run_in_shop(variables, LAST_DAY.format(project=project))
    page.goto("/portal/my-data/delete/")
    waive = page.get_by_role("link", name="I do not need the data")
    reload_until(page, waive.is_visible)
    check_accessibility(page)
    waive.click()
    check_accessibility(page)
    press(page, "Delete the data at once")
    expect(page.get_by_role("status")).to_contain_text("The data are being deleted.")


def test_sole_admin_leaves_their_project_and_is_deleted_once_nothing_needs_them(
    open_context: OpenContext, shop_variables: dict[str, str]
) -> None:
    context = open_context(locale="en")
    # axe needs scripts, the pages do not: theirs are kept away.
    context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    project = f"Nachtdreh {uuid.uuid4().hex[:8]}"
    email = joined(page, product="Yamdu FREE", project_name=project)
    change_profile(page)

    page.goto("/portal/")
    expect(page.get_by_role("link", name=f"Open project · {project}")).to_be_visible()
    press(page, "Members")
    press(page, "Leave the project")
    check_accessibility(page)
    press(page, "Leave the project")
    expect(page.get_by_role("status")).to_contain_text(f"You have left {project}.")

    page.goto("/portal/my-data/")
    press(page, "Delete your account")
    expect(page.get_by_role("heading", name="2. Or end everything")).to_be_visible()
    check_accessibility(page)
    page.locator("[name=sure]").check()
    press(page, "Delete my account as soon as possible")
    expect(page.get_by_text("You asked for this on")).to_be_visible()

    end_contract(page, shop_variables, project)
    run_in_shop(shop_variables, AN_HOUR)
    page.goto("/portal/")
    expect(page).to_have_url(re.compile("/account/login/"))
    page.goto("/dev/mailbox/")
    mail = page.get_by_role("row").filter(has_text=email).filter(has_text="Your account is deleted")
    reload_until(page, lambda: mail.count() == 1)
    expect(mail).to_have_count(1)
