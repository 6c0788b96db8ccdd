"""The everyday jobs of the back office, each as a person does it who starts at the queue."""

from collections.abc import Callable

from portal.backoffice.models import BulkJob
from portal.backoffice.queue.bulk_jobs import run_bulk_jobs
from shop.orders.models import Order, State
from tests.desk_jobs.desk import Desk
from tests.desk_jobs.rows import AWAY, Rows

Job = Callable[[Desk, Rows], None]
JOBS: dict[str, Job] = {}
ORDER = "main a[href*='/staff/orders/']"


def job(title: str) -> Callable[[Job], Job]:
    """Register a job under its title."""

    def register(do: Job) -> Job:
        JOBS[title] = do
        return do

    return register


@job("Find the order of “Müller, Bavaria Film”")
def find_by_name(desk: Desk, rows: Rows) -> None:
    """A caller says a name and a company."""
    desk.find("Müller Bavaria")
    desk.sees(str(rows.bavaria.order_number), "Hans Müller")


@job("Correct a typing error in an e-mail address")
def correct_address(desk: Desk, rows: Rows) -> None:
    """The invitation went to an address that does not exist."""
    desk.find(str(rows.typo.order_number))
    desk.unfold("Correct the e-mail address")
    desk.write("details[open] [name=user_email]", "anna@gmail.example")
    desk.button("Correct", within="details[open]")
    desk.sees("The address is corrected")


@job("Approve all orders of a tier that wait for it")
def approve_all(desk: Desk, rows: Rows) -> None:
    """A tier is set up after approval, and many have ordered it."""
    desk.unfold("Filter")
    desk.choose("[name=tier]", "xl")
    desk.choose("[name=fault]", "manual_tier")
    desk.button("Show these orders")
    desk.tick("thead [type=checkbox]", "All")
    desk.tick("#bulk [name=all]", "all that match, also on other pages")
    desk.choose("[name=action]", "approve")
    desk.button("Continue")
    desk.button("Approve")
    while BulkJob.objects.filter(finished_at=None).exists():
        run_bulk_jobs(lambda: None)
    waiting = Order.objects.filter(product__code="xl", fault="manual_tier")
    assert not waiting.filter(state=State.NEED_HUMAN).exists()
    desk.page.reload()
    desk.sees("Approve")


@job(f"Try the {AWAY} orders again that failed because a service was away")
def retry_group(desk: Desk, rows: Rows) -> None:
    """A service was away for an hour, and answers again."""
    desk.link("Failures")
    desk.open("main a[href*='call_the_service']")
    desk.button(f"Try again: {AWAY} orders")
    desk.button("Try again")
    run_bulk_jobs(lambda: None)
    still = Order.objects.filter(pk__in=[each.pk for each in rows.away], state=State.NEED_HUMAN)
    assert not still.exists()


@job("Say why an order had failed that went well afterwards")
def reason_of_failure(desk: Desk, rows: Rows) -> None:
    """A partner asks about last night."""
    desk.find(str(rows.recovered.order_number))
    desk.sees("503 Service Unavailable")


@job("See the page of an order as its customer sees it")
def view_as_customer(desk: Desk, rows: Rows) -> None:
    """A caller describes what is on the screen."""
    desk.find(str(rows.bavaria.order_number))
    desk.link("View as the customer")


@job("Read a mail that a customer got")
def read_mail(desk: Desk, rows: Rows) -> None:
    """“What did you write to me?”"""
    desk.find(str(rows.bavaria.order_number))
    desk.open("main a[href*='/mails/sent/']")
    desk.sees("Tatort Isar")


@job("Send a mail again")
def mail_again(desk: Desk, rows: Rows) -> None:
    """The invitation did not arrive."""
    desk.find(str(rows.bavaria.order_number))
    desk.button("Send again", within="main")
    desk.sees("The e-mail is being sent again.")


@job("Cancel an order, with the reason")
def cancel(desk: Desk, rows: Rows) -> None:
    """A customer has ordered twice."""
    desk.find(str(rows.unwanted.order_number))
    desk.unfold("Cancel the order")
    desk.write("details[open] [name=reason]", "Ordered twice")
    desk.tick("details[open] [name=confirm]", "Yes, cancel this order.")
    desk.button("Cancel the order", within="details[open]")
    desk.sees("The order is cancelled.")


@job("Answer a question about a price")
def price(desk: Desk, rows: Rows) -> None:
    """“Why €52.48?”"""
    desk.find(str(rows.bavaria.order_number))
    desk.sees("€44.10 net", "€8.38 VAT", "€52.48", "PREMIERE")


@job("Hand an order to a colleague")
def assign(desk: Desk, rows: Rows) -> None:
    """Somebody else knows this customer."""
    desk.find(str(rows.bavaria.order_number))
    desk.choose("[name=assignee]", str(rows.colleague.pk))
    desk.button("Assign", within="form:has([name=assignee])")
    desk.sees("Undo")


@job("See what colleagues did today")
def activity(desk: Desk, rows: Rows) -> None:
    """A lead looks at the day."""
    desk.link("Reports")
    desk.link("Activity")
    desk.sees("Rita Ruhig")


@job("Export a month for accounting")
def export(desk: Desk, rows: Rows) -> None:
    """Accounting wants a workbook."""
    desk.open("a[href*='/exports/new/']")
    desk.write("[name=from]", rows.month[0])
    desk.write("[name=to]", rows.month[1])
    with desk.page.expect_download() as file:
        desk.button("Export", within="main")
    assert file.value.suggested_filename.endswith(".xlsx")


@job("Change a price")
def change_price(desk: Desk, rows: Rows) -> None:
    """Tier M becomes more expensive for new customers."""
    desk.link("Shop")
    desk.link("M", within="main tbody")
    desk.write("[name=net_cents]", "109")
    desk.button("Preview")
    desk.sees("109")
    desk.button("Publish")


@job("Offer a promotion code")
def promotion(desk: Desk, rows: Rows) -> None:
    """A campaign begins."""
    desk.link("Shop")
    desk.link("Promotion codes")
    desk.link("New promotion code")
    desk.write("[name=code]", "HERBST26")
    desk.write("[name=name]", "Herbst")
    desk.write("[name=percent]", "20")
    desk.button("Save")
    desk.sees("HERBST26")


@job("Retire a tier")
def retire(desk: Desk, rows: Rows) -> None:
    """It is not sold any more; its subscriptions go on."""
    desk.link("Shop")
    desk.link("Starter", within="main tbody")
    desk.button("Retire the tier")
    desk.sees("Undo")


@job("Publish a new text of a legal page")
def legal_page(desk: Desk, rows: Rows) -> None:
    """The imprint names another managing director."""
    desk.link("Shop")
    desk.link("Legal pages")
    desk.link("Imprint", within="main")
    desk.link("Write the next version")
    desk.write("textarea[name*=de]", "# Impressum\n\nSlate Software GmbH")
    desk.button("Preview")
    desk.button("Publish")


@job("Register a partner's application, with a token")
def application(desk: Desk, rows: Rows) -> None:
    """A partner begins to integrate."""
    desk.link("Partners")
    desk.link("New application")
    desk.write("main [name=name]", "Neue Partnerin")
    desk.enter()
    desk.write("main form[action*=tokens] [name=name]", "Production")
    desk.enter()


@job("Invite a colleague")
def invite(desk: Desk, rows: Rows) -> None:
    """Somebody joins the team."""
    desk.link("Team")
    desk.open("a[href$='/staff/colleagues/new/']")
    desk.write("main [name=email]", "neu@slate.example")
    desk.tick("main [name=roles]", "Support")
    desk.button("Send the invitation")
    desk.sees("neu@slate.example")


@job("Ask for the reset of a colleague's lost second step")
def lost_factor(desk: Desk, rows: Rows) -> None:
    """A telephone fell into a lake."""
    desk.find("Lena Ludwig")
    desk.link("Reset the second step")
    desk.write("main [name=reason]", "Lost the telephone")
    desk.write("main [name=identity]", "Called back on the number we have")
    desk.open("main form .button")
    desk.sees("Lena Ludwig")


@job("Give out what is stored about a person")
def give_out(desk: Desk, rows: Rows) -> None:
    """Somebody asks under Article 15."""
    desk.find("hans.mueller@bavaria.example")
    desk.open("main a[href*='/staff/people/']")
    with desk.page.expect_download():
        desk.open("a[href$='data.json']")


@job("Send a partner's failed webhooks again")
def replay(desk: Desk, rows: Rows) -> None:
    """The partner's server is back."""
    desk.find("Studio Portal")
    desk.link("Webhooks", within="main")
    desk.link("Send again all that were given up")
    desk.button("Send", within="main")


@job("See whether everything is healthy")
def health(desk: Desk, rows: Rows) -> None:
    """The first look of the morning."""
    desk.link("Reports")
    desk.link("Health")
    desk.sees("Worker", "E-mails to be sent")
