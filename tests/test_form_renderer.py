"""The shop's form renderer writes what Django's templates write."""

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shop.email_fields import EmailInput
from shop.form_renderer import FormRenderer

NASTY = """<b>"it's" & 'that'</b>"""
ATTRIBUTES: dict[str, Any] = {
    "autocomplete": "off",
    "data-note": NASTY,
    "data-safe": SafeString("&amp;"),
    "required": True,
    "disabled": False,
    "maxlength": 1000,
    "title": _("Terms"),
    "data-none": None,
}
CHOICES: list[Any] = [
    ("", "—"),
    ("s", _("Tier")),
    (NASTY, NASTY),
    (7, 7),
    (None, Decimal("1.5")),
    (_("Group"), [("a", "A"), ("b", SafeString("<i>B</i>"))]),
]
WIDGETS = [
    *(forms.TextInput(), forms.TextInput(ATTRIBUTES), EmailInput(ATTRIBUTES), forms.EmailInput()),
    *(forms.NumberInput(ATTRIBUTES), forms.HiddenInput(ATTRIBUTES)),
    *(forms.CheckboxInput(ATTRIBUTES), forms.URLInput(), forms.DateInput({"type": "date"})),
    *(forms.Select(ATTRIBUTES, CHOICES), forms.Select({}, []), forms.Textarea(ATTRIBUTES)),
    *(forms.RadioSelect({}, CHOICES), forms.CheckboxSelectMultiple({}, CHOICES)),
    *(forms.SelectMultiple(ATTRIBUTES, CHOICES), forms.ClearableFileInput()),
]
VALUES = ["", None, "s", NASTY, SafeString("&lt;"), 7, 1000000, True, False, Decimal("1.50"), ["a"]]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_widget_is_written_as_by_django(widget: forms.Widget, value: Any) -> None:
    wanted, written = (
        widget.render("a<name", value, {"id": "id_name"}, renderer)
        for renderer in (DjangoTemplates(), FormRenderer())
    )
    # Django's options end with an empty line each.
    assert written.replace("\n\n", "\n") == wanted.replace("\n\n", "\n")


def test_password_has_a_button_that_shows_it() -> None:
    widget = forms.PasswordInput({"autocomplete": "new-password"})
    theirs = widget.render("password", "x", {"id": "id_password"}, DjangoTemplates())
    ours = widget.render("password", "x", {"id": "id_password"}, FormRenderer()).splitlines()
    assert ours[:2] == ['<div class="password">', theirs.strip()]
    assert ours[2].startswith('<button class="button button--quiet" type="button"')
    # Without script it would do nothing.
    assert ours[2].endswith(" hidden>Show</button>")
    assert 'aria-label="Show password" data-shows="id_password" data-show="Show"' in ours[2]


class Everything(forms.Form):
    name = forms.CharField(label=NASTY, help_text="In <b>bold</b>.")
    note = forms.CharField(required=False)
    tier = forms.ChoiceField(choices=[("s", "S")], widget=forms.RadioSelect, help_text="One.")
    box = forms.BooleanField(label="I agree")
    hidden = forms.CharField(widget=forms.HiddenInput, initial="x")


def lines(form: forms.Form, name: str) -> list[str]:
    """The field's HTML, line by line."""
    return form[name].as_field_group().splitlines()


def test_field_has_label_hint_errors_and_widget() -> None:
    form = Everything({"name": ""})
    assert 'aria-describedby="id_name_helptext id_name_error"' in str(form["name"])
    assert lines(form, "name") == [
        '<div class="field field--text">',
        '<label for="id_name">',
        "&lt;b&gt;&quot;it&#x27;s&quot; &amp; &#x27;that&#x27;&lt;/b&gt;",
        "</label>",
        '<div class="field__hint" id="id_name_helptext">In <b>bold</b>.</div>',
        '<div class="field__error" id="id_name_error"><p>Please enter a name.</p></div>',
        str(form["name"]),
        "</div>",
    ]


def test_field_that_may_be_left_out_says_so() -> None:
    form = Everything()
    assert '<span class="field__optional">optional</span>' in lines(form, "note")
    form.fields["note"].asked = True  # type: ignore[attr-defined]
    assert '<span class="field__optional">optional</span>' not in lines(form, "note")


def test_box_stands_before_its_label() -> None:
    assert lines(Everything(), "box") == [
        '<div class="field field--checkbox">',
        '<div class="field__choice">',
        '<input type="checkbox" name="box" required id="id_box">',
        '<label for="id_box">I agree</label>',
        "</div>",
        "</div>",
    ]


def test_choices_stand_in_a_fieldset_that_names_its_hint() -> None:
    found = lines(Everything(), "tier")
    assert found[:3] == [
        '<div class="field field--radioselect">',
        '<fieldset aria-describedby="id_tier_helptext">',
        "<legend>Tier</legend>",
    ]
    assert found[-3:] == [
        "</fieldset>",
        '<div class="field__hint" id="id_tier_helptext">One.</div>',
        "</div>",
    ]


def test_hidden_field_is_its_widget_alone() -> None:
    assert lines(Everything(), "hidden") == [
        '<input type="hidden" name="hidden" value="x" id="id_hidden">'
    ]


def test_error_is_escaped() -> None:
    form = Everything({"name": "x"})
    form.add_error("name", NASTY)
    assert NASTY not in form["name"].as_field_group()
    assert "&lt;b&gt;" in "".join(lines(form, "name")[4:6])
