"""The page that asks before staff do what cannot be taken back."""

from collections.abc import Sequence

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def ask_first(
    request: HttpRequest,
    title: str,
    meaning: Sequence[str],
    *,
    button: str,
    back: str,
    form: Form | None = None,
    destroys: bool = False,
) -> HttpResponse:
    """Render a page that names the consequences; its form POSTs to the same URL.

    `meaning` holds a sentence for each consequence, `back` the URL that leads out. Empty sentences
    are left out. The button looks its part if it `destroys` something. The response is 422 if `form` has errors.
    """
    context = {
        "title": title,
        "meaning": [sentence for sentence in meaning if sentence],
        "button": button,
        "back": back,
        "form": form,
        "destroys": destroys,
    }
    status = 422 if form and form.errors else 200
    return render(request, "backoffice/confirm.html", context, status=status)
