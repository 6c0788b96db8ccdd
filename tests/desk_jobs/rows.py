"""The rows that the jobs are about, among many forged ones."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from shop.access.models import Application
from shop.catalogue.models import Promotion
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.packing.recovery import retry
from shop.tenancy.models import User
from tests.accounts.factors import add_app
from tests.factories import make_application, make_order, make_staff, pack_all

STEP = "tests.desk_jobs.rows.call_the_service"
APPROVALS = 30
AWAY = 12  # orders for which the service was away
FIVE_DAYS = timedelta(days=5)


class OutOfOrder:
    """The service that a deployment's own step calls; it is away at first."""

    is_away = True


def call_the_service(order: Order) -> None:
    """Set the project up in another system."""
    if OutOfOrder.is_away:
        raise OSError("503 Service Unavailable")


@dataclass
class Rows:
    """People and orders of the jobs."""

    lead: User
    colleague: User
    bavaria: Order
    typo: Order
    recovered: Order
    away: list[Order]
    application: Application
    unwanted: Order
    locked_out: User
    month: tuple[str, str]  # its first and last day


def make_rows() -> Rows:
    """Make the rows of all jobs."""
    lead = make_staff(first_name="Rita", last_name="Ruhig")
    colleague = make_staff("agent", first_name="Bea", last_name="Berg")
    application = make_application("Studio Portal")
    bavaria = make_order(
        client_name="Die Bavaria Filmgesellschaft",
        project_name="Tatort Isar",
        user_email="hans.mueller@bavaria.example",
        user_first_name="Hans",
        user_last_name="Müller",
        promo_code=Promotion.objects.order_by("pk").values_list("code", flat=True).first(),
    )
    typo = make_order(user_email="anna@gmial.example", client_name="Anna Film")
    pack_all()
    for number in range(APPROVALS):
        make_order("xl", client_name=f"Großfilm {number}", user_email=f"gross{number}@example.com")
    pack_all()
    away = _with_the_service_away(application, lead)
    _fail_webhooks(away)
    placed = timezone.now() - FIVE_DAYS
    Order.objects.filter(pk=bavaria.pk).update(created_at=placed)
    Message.objects.filter(order__in=[bavaria, typo]).update(state=Message.State.SENT)
    locked_out = make_staff("agent", first_name="Lena", last_name="Ludwig")
    add_app(locked_out)
    unwanted = make_order("xl", user_email="doppelt@example.com", client_name="Doppelfilm")
    last_day = timezone.localdate().replace(day=1) - timedelta(days=1)
    return Rows(
        lead=lead,
        colleague=colleague,
        bavaria=bavaria,
        typo=typo,
        recovered=away[0],
        away=away[1:],
        application=application,
        unwanted=unwanted,
        locked_out=locked_out,
        month=(f"{last_day:%Y-%m}-01", f"{last_day:%Y-%m-%d}"),
    )


def _with_the_service_away(application: Application, staff: User) -> list[Order]:
    """Pack orders with a step that fails for good; the first is tried again, with success."""
    placed = [
        make_order(
            caller=Caller(application=application),
            client_name=f"Nachtfilm {number}",
            user_email=f"nacht{number}@example.com",
            redirection_uri="https://partner.example/hook",
        )
        for number in range(AWAY + 1)
    ]
    with override_settings(PACKING_STEPS=[*settings.PACKING_STEPS, STEP], PACKING_MAX_ATTEMPTS=1):
        pack_all()
        first = Order.objects.get(pk=placed[0].pk)
        OutOfOrder.is_away = False
        retry(first, staff)
        pack_all()
    return list(Order.objects.filter(pk__in=[each.pk for each in placed]).order_by("pk"))


def _fail_webhooks(orders: list[Order]) -> None:
    """Give up all webhooks of `orders`, as after days without a receiver."""
    given_up = Delivery.objects.filter(order__in=orders)
    for delivery in given_up:
        Attempt.objects.create(
            delivery=delivery, at=timezone.now(), failure=Attempt.Failure.CONNECTION
        )
    given_up.update(state=Delivery.State.FAILED)
