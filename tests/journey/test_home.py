"""A client_admin invites somebody, hands over to them, and is removed by them."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.journey.conftest import OpenContext
from tests.journey.members import joined
from tests.journey.test_journey import PASSWORD, mailed_link

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]


def press(page: Page, name: str) -> None:
    """The button or link of this name, the first of the page itself."""
    main = page.locator("main")
    main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first.click()
    page.wait_for_load_state()


def invite(page: Page, email: str) -> None:
    """From the admin's home to the invitation."""
    page.goto("/portal/")
    press(page, "Invite a member")
    page.locator("[name=user_email]").fill(email)
    page.locator("[name=user_first_name]").fill("Otto")
    press(page, "Invite · free of charge")
    expect(page.get_by_text(f"The invitation to {email} is being sent.")).to_be_visible()


def test_admin_invites_hands_over_and_is_removed_without_a_script(
    open_context: OpenContext,
) -> None:
    admin = open_context(locale="en", java_script_enabled=False).new_page()
    member = open_context(locale="en", java_script_enabled=False).new_page()
    old = joined(admin)
    email = f"otto-{uuid.uuid4().hex[:8]}@example.com"
    invite(admin, email)

    member.goto(mailed_link(member, email, 1, "join/"))
    member.locator("[name=password]").fill(PASSWORD)
    member.locator("[name=terms]").check()
    member.locator("main form > .button").click()
    member.wait_for_url("**/portal/")
    expect(member.get_by_text("Welcome to Drei Tage im Mai.")).to_be_visible()
    expect(member.get_by_text("With one other member")).to_be_visible()
    expect(member.get_by_role("link", name="Members")).to_have_count(1)
    expect(member.get_by_role("link", name="Invite a member")).to_have_count(0)

    admin.goto("/portal/")
    press(admin, "Members")
    expect(admin.get_by_role("row").filter(has_text=email)).to_contain_text("member")
    press(admin, "Film")
    press(admin, "Company details")
    press(admin, "Hand over")
    press(admin, f"Choose {email}")
    press(admin, "Hand over")
    expect(admin.get_by_text(re.compile("Otto.* administers Film now"))).to_be_visible()
    expect(admin.get_by_role("link", name="Invite a member")).to_have_count(0)

    member.goto("/portal/")
    press(member, "Members")
    row = member.get_by_role("row").filter(has_text=old)
    row.get_by_role("link", name="Remove").click()
    expect(member.get_by_text("They lose access to the project.")).to_be_visible()
    press(member, "Remove")
    expect(member.get_by_text("The member is removed; the place is free again.")).to_be_visible()

    admin.reload()
    expect(admin.get_by_text("You are not a member of any project yet.")).to_be_visible()


def test_member_takes_their_data_along_and_deletes_their_account(
    open_context: OpenContext,
) -> None:
    admin, page = (open_context(locale="en").new_page() for _ in range(2))
    joined(admin)
    email = f"otto-{uuid.uuid4().hex[:8]}@example.com"
    invite(admin, email)
    page.goto(mailed_link(page, email, 1, "join/"))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=terms]").check()
    page.locator("main form > .button").click()
    page.wait_for_url("**/portal/")
    press(page, "Your data")
    # Nobody who has just joined is asked for the password again.
    press(page, "Delete your account")
    page.get_by_label("I want my account to be deleted").check()
    page.goto("/portal/my-data/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your data").click()
    assert email in download.value.path().read_text(encoding="utf-8")
    page.goto("/portal/my-data/delete/")
    page.get_by_label("I want my account to be deleted").check()
    press(page, "Delete your account for good")
    expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    page.goto("/portal/")
    expect(page).to_have_url(re.compile("/account/login/"))
    admin.goto("/portal/")
    press(admin, "Members")
    expect(admin.get_by_role("row").filter(has_text=email)).to_have_count(0)
