from django.db import IntegrityError, migrations, transaction
from shop.orders.order_numbers import new_order_number
from shop.search_words import words_to_find

BATCH = 500
RELATED = ("delivered_client", "delivered_project", "member")
FIELDS = (
    *("client_name", "project_name", "user_email", "user_first_name", "user_last_name"),
    *("user_login", "order_number"),
)
OF_MEMBER = ("email", "login", "first_name", "last_name")


def fill(apps, schema_editor):
    """Give each order a number and its words, batch by batch; a repeated run goes on."""
    Order = apps.get_model("orders", "Order")
    last = 0
    while batch := list(
        Order.objects.filter(pk__gt=last).select_related(*RELATED).order_by("pk")[:BATCH]
    ):
        last = batch[-1].pk
        number([order for order in batch if not order.order_number], Order)
        write_words([order for order in batch if order.state != "new"], apps)


def number(orders, Order):
    taken = True
    while orders and taken:
        for order in orders:
            order.order_number = new_order_number()
        try:
            with transaction.atomic():
                Order.objects.bulk_update(orders, ["order_number"])
        except IntegrityError:
            continue  # another order has one of these numbers: draw all anew
        taken = False


def write_words(orders, apps):
    Client, Project = apps.get_model("tenancy", "Client"), apps.get_model("tenancy", "Project")
    SearchWord = apps.get_model("orders", "SearchWord")
    clients = Client.objects.in_bulk({order.client_id for order in orders} - {None})
    projects = Project.objects.in_bulk({order.project_id for order in orders} - {None})
    rows = []
    for order in orders:
        texts = [getattr(order, name) or "" for name in FIELDS]
        for named in (
            order.delivered_client or clients.get(order.client_id),
            order.delivered_project or projects.get(order.project_id),
        ):
            texts.append(named.name if named else "")
        texts += [getattr(order.member, name, "") or "" for name in OF_MEMBER]
        words = sorted(word.encode() for word in words_to_find(texts))
        rows += [SearchWord(order=order, word=word) for word in words]
    SearchWord.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


class Migration(migrations.Migration):
    atomic = False  # a batch is a transaction

    dependencies = [
        ("orders", "0004_order_number_search_words"),
        ("tenancy", "0004_drop_name_indexes"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
