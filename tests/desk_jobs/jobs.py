"""The everyday jobs, each as a person does it who starts at the queue."""

from collections.abc import Callable

from portal.backoffice.queue.bulk_jobs import run_bulk_jobs
from tests.desk_jobs.desk import Desk
from tests.desk_jobs.rows import Rows

Job = Callable[[Desk, Rows], None]
JOBS: dict[str, Job] = {}


def job(title: str) -> Callable[[Job], Job]:
    """Register a job under what it is called."""

    def register(do: Job) -> Job:
        JOBS[title] = do
        return do

    return register


def work() -> None:
    """Do what the worker does with bulk actions."""
    run_bulk_jobs(lambda: None)


@job("Find the order of “Müller, Bavaria Film, last week”")
def find_by_name(desk: Desk, rows: Rows) -> None:
    """A caller says a name and a company."""
    desk.find("Müller Bavaria")
    desk.open("main a[href*='/staff/orders/']")
    desk.sees(str(rows.bavaria.order_number), "Hans Müller")


@job("Correct a typing error in an e-mail address")
def correct_address(desk: Desk, rows: Rows) -> None:
    """The invitation went to an address that does not exist."""
    desk.find("anna@gmial.example")
    desk.open("main a[href*='/staff/orders/']")
    desk.unfold("Correct the e-mail address")
    desk.write("details[open] [name=user_email]", "anna@gmail.example")
    desk.button("Correct", within="details[open]")
    desk.sees("The address is corrected")
