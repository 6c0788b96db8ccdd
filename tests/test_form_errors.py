"""Errors name the field, on every face."""

import pytest
from django import forms
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
    get_default_password_validators,
)
from django.utils import translation

from shop.form_errors import MISSING, error_lines, error_texts
from shop.password_field import PASSWORD_RULES

CHOICES = [("a", "A")]


class Everything(forms.Form):
    user_email = forms.CharField(label="E-mail")
    days = forms.IntegerField(label="Days", max_value=3)
    tier = forms.ChoiceField(label="Tier", choices=CHOICES)
    kind = forms.ChoiceField(label="Kind", choices=CHOICES, widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I am sure")
    country = forms.CharField(error_messages={"required": "Please choose a country."})
    token = forms.CharField(widget=forms.HiddenInput)


def test_missing_value_is_told_by_the_name_of_its_field() -> None:
    form = Everything({})
    assert {field.name: error_texts(field) for field in form} == {
        "user_email": ["Please enter your e-mail address."],
        "days": ["Please fill in “Days”."],
        "tier": ["Please choose: Tier."],
        "kind": ["Please choose: Kind."],
        "sure": ["Please tick “I am sure”."],
        "country": ["Please choose a country."],
        "token": ["Please fill in “Token”."],
    }


def test_summary_leads_to_each_field_and_names_it_once() -> None:
    form = Everything({"days": "7", "tier": "a", "sure": "on", "country": "DE"})
    form.add_error(None, "All is lost.")
    assert list(error_lines(form)) == [
        ("", "All is lost."),
        ("id_user_email", "Please enter your e-mail address."),
        ("id_days", "Days: Ensure this value is less than or equal to 3."),
        ("id_kind_0", "Please choose: Kind."),
        ("", "Please fill in “Token”."),
    ]


@pytest.mark.parametrize("name", MISSING)
def test_texts_are_sentences_in_both_languages(name: str) -> None:
    for language in ("en", "de"):
        with translation.override(language):
            text = str(MISSING[name])
        assert text.startswith({"en": "Please ", "de": "Bitte "}[language])
        assert text.endswith(".")


def test_sentence_about_passwords_says_what_is_checked() -> None:
    """The sentence follows the validators."""
    validators = get_default_password_validators()
    assert [type(each) for each in validators] == [
        UserAttributeSimilarityValidator,
        MinimumLengthValidator,
        CommonPasswordValidator,
        NumericPasswordValidator,
    ]
    assert vars(validators[1])["min_length"] == 10
    assert str(PASSWORD_RULES).startswith("At least 10 characters.")
