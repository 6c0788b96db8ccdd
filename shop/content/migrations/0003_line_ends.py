"""Store answers with LF: the admin stored the CRLF of browsers until now."""

from typing import Any

from django.db import migrations
from django.db.models import Q

TEXTS = ("answer_de", "answer_en")


def normalise(apps: Any, schema_editor: Any) -> None:
    """Rewrite the questions, of which there are few, that hold a carriage return."""
    alias = schema_editor.connection.alias
    questions = apps.get_model("content", "Question").objects.using(alias)
    for question in questions.filter(Q(answer_de__contains="\r") | Q(answer_en__contains="\r")):
        texts = {name: getattr(question, name).replace("\r\n", "\n") for name in TEXTS}
        questions.filter(pk=question.pk).update(**texts)


class Migration(migrations.Migration):
    """Processes of the version before read such texts as well."""

    dependencies = (("content", "0002_shipped_texts"),)

    operations = (migrations.RunPython(normalise, migrations.RunPython.noop),)
