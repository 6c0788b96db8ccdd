"""Questions that the shop ships with are worded anew, unless staff have changed them."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from shop.content.models import Question

pytestmark = pytest.mark.django_db


def test_shipped_question_that_nobody_changed_is_worded_anew() -> None:
    """As after an update from a version that shipped other words."""
    names = ("question_de", "answer_de", "question_en", "answer_en")
    shipped = import_module("shop.content.migrations.0002_shipped_texts").QUESTIONS
    migration = import_module("shop.content.migrations.0008_questions_of_buyers")
    Question.objects.all().delete()
    for texts in shipped[:2]:
        Question.objects.create(**dict(zip(names, texts, strict=True)))
    own = Question.objects.latest("pk")
    Question.objects.filter(pk=own.pk).update(answer_en="As we say it.")
    migration.reword(apps, SimpleNamespace(connection=connection))
    first, second = Question.objects.order_by("pk").values_list(*names)
    assert first == migration.QUESTIONS[0]
    assert second == (*shipped[1][:3], "As we say it.")
