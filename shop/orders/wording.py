"""The refusals of the order document, as pages say them to whoever filled in a form."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.orders.document import Errors

PAGE_WORDS: dict[str, str | Promise] = {
    "is required.": _("Please fill this in."),
    "must not be blank.": _("Please fill this in."),
    "must be a bare e-mail address.": _("Please give an e-mail address like name@example.com."),
    "must not contain control characters.": _("Please remove line breaks and invisible signs."),
    "must have at most 200 characters.": _("Please use at most 200 characters."),
    "must have at most 254 characters.": _("Please use at most 254 characters."),
    "is not a tier that can be ordered.": _("This tier can no longer be ordered."),
    "cannot be filled in.": _("This was filled in already."),
}


def tell(form: forms.Form, errors: Errors) -> None:
    """Put `errors` beside the fields of `form`; those without a field on top of it."""
    for member, sentences in errors.items():
        for sentence in sentences:
            words = PAGE_WORDS.get(sentence, sentence)
            form.add_error(member if member in form.fields else None, str(words))
