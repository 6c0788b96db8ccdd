"""The kinds of short texts that the shop's pages show in an order: their models and their words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.content.models import Figure, Question, Quote, Reference


@dataclass(frozen=True)
class TextKind:
    """One kind, with its place below /staff/ and the permission that its model has."""

    name: str  # in the names of its addresses, such as `staff_new_question`
    path: str
    model: Any
    fields: tuple[str, ...]
    title: StrOrPromise
    add: StrOrPromise
    back: str  # name of the address that lists it

    def permission(self, action: str) -> str:
        """Return the permission to do `action`: view, add or change."""
        return f"content.{action}_{self.name}"


QUESTION = TextKind(
    "question",
    "questions",
    Question,
    ("question_de", "answer_de", "question_en", "answer_en"),
    _("Questions"),
    _("New question"),
    "staff_questions",
)
FIGURE = TextKind(
    "figure",
    "proof/figures",
    Figure,
    ("number_de", "meaning_de", "number_en", "meaning_en"),
    _("Figures"),
    _("New figure"),
    "staff_proof",
)
QUOTE = TextKind(
    "quote",
    "proof/quotes",
    Quote,
    ("name", "firm", "role_de", "text_de", "role_en", "text_en"),
    _("Quotes"),
    _("New quote"),
    "staff_proof",
)
REFERENCE = TextKind(
    "reference",
    "proof/references",
    Reference,
    ("firm", "work_de", "work_en"),
    _("References"),
    _("New reference"),
    "staff_proof",
)
PROOF = (FIGURE, QUOTE, REFERENCE)
KINDS = (QUESTION, *PROOF)
