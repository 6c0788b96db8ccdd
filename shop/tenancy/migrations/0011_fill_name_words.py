from django.db import migrations
from shop.search_words import words_to_find

BATCH = 500
TEXTS = {
    "Client": ("name",),
    "Project": ("name",),
    "User": ("email", "login", "first_name", "last_name"),
}


def fill(apps, schema_editor):
    """Write the words of each client, project and user, in batches; a repeated run goes on."""
    for model in TEXTS:
        rows, last = apps.get_model("tenancy", model).objects.order_by("pk"), 0
        while batch := list(rows.filter(pk__gt=last)[:BATCH]):
            last = batch[-1].pk
            write(apps.get_model("tenancy", "NameWord"), model, batch)


def write(NameWord, model, batch):
    words = []
    for named in batch:
        if getattr(named, "email", "").endswith(".invalid"):
            continue  # erased
        texts = [getattr(named, text) or "" for text in TEXTS[model]]
        words += [
            NameWord(**{model.lower(): named, "word": word.encode()})
            for word in sorted(words_to_find(texts))
        ]
    NameWord.objects.bulk_create(words, ignore_conflicts=True, batch_size=2000)


class Migration(migrations.Migration):
    atomic = False  # a batch is a transaction

    dependencies = [("tenancy", "0010_name_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
