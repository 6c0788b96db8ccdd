"""Posted values are put back into the controls of their form, and into no other's."""

import pytest
from django.http import QueryDict

from shop.form_refill import refill

NOTICE = "<p>Again</p>"


def filled(form: str, posted: str, page: str = "/a/", target: str = "/a/") -> str | None:
    source = f'<main id="main">{form}</main>'
    found = refill(source, page, target, QueryDict(posted), NOTICE)
    if found is None:
        return None
    assert found.startswith(f'<main id="main">{NOTICE}')
    return found.removeprefix(f'<main id="main">{NOTICE}').removesuffix("</main>")


@pytest.mark.parametrize(
    ("control", "posted", "expected"),
    [
        ('<input name="x">', "x=1", '<input name="x" value="1">'),
        ('<input name="x" value="0" required>', "x=1", '<input name="x" value="1" required>'),
        (
            '<input name="x" value="0">',
            "x=%22%3E%3Cb%3E",
            '<input name="x" value="&quot;&gt;&lt;b&gt;">',
        ),
        ('<input name="x" value="0">', "x=", '<input name="x" value="">'),
        ('<input name="x" value="0">', "y=1", '<input name="x" value="0">'),
        (
            '<input type="hidden" name="x" value="0">',
            "x=1",
            '<input type="hidden" name="x" value="0">',
        ),
        ('<input type="password" name="x">', "x=1", '<input type="password" name="x">'),
        ('<input type="file" name="x">', "x=1", '<input type="file" name="x">'),
        ('<input type="checkbox" name="x">', "x=on", '<input name="x" type="checkbox" checked>'),
        ('<input type="checkbox" name="x" checked>', "y=1", '<input name="x" type="checkbox">'),
        (
            '<input type="radio" name="x" value="1" checked><input type="radio" name="x" value="2">',
            "x=2",
            '<input name="x" type="radio" value="1"><input name="x" type="radio" value="2" checked>',
        ),
        (
            "<textarea name='x'>old</textarea>",
            "x=%3C1%0A2",
            "<textarea name='x'>\n&lt;1\n2</textarea>",
        ),
        (
            '<select name="x"><option value="1" selected>A</option><option value="2">B</option></select>',
            "x=2",
            '<select name="x"><option value="1">A</option><option value="2" selected>B</option></select>',
        ),
        (
            '<input name="x"><input name="x">',
            "x=1&x=2",
            '<input name="x" value="1"><input name="x" value="2">',
        ),
        (
            '<input name="a"><p>Ä\n</p><input name="x">',
            "x=1",
            '<input name="a"><p>Ä\n</p><input name="x" value="1">',
        ),
    ],
)
def test_control_gets_what_was_typed(control: str, posted: str, expected: str) -> None:
    assert filled(f'<form method="post">{control}</form>', posted) == (
        f'<form method="post">{expected}</form>'
    )


def test_control_outside_of_its_form_is_filled_too() -> None:
    page = '<form id="f" method="post"></form><input form="f" name="x"><input name="x">'
    assert filled(page, "x=1") == page.replace(
        '<input form="f" name="x">', '<input form="f" name="x" value="1">'
    )


def test_form_with_most_of_the_posted_fields_is_filled() -> None:
    first = '<form method="post" action="/a/"><input name="x"></form>'
    second = '<form method="post" action="/a/"><input name="x"><input name="y"></form>'
    assert filled(first + second, "x=1&y=2") == (
        f'{first}<form method="post" action="/a/">'
        '<input name="x" value="1"><input name="y" value="2"></form>'
    )


def test_forms_are_told_apart_by_what_they_hide() -> None:
    forms = [
        f'<form method="post"><input type="hidden" name="id" value="{each}"><input name="x"></form>'
        for each in (1, 2)
    ]
    changed = forms[1].replace('name="x"', 'name="x" value="new"')
    assert filled("".join(forms), "id=2&x=new") == forms[0] + changed


@pytest.mark.parametrize(
    "form",
    [
        '<form method="post" action="/b/"><input name="x"></form>',
        '<form action="/a/"><input name="x"></form>',
        '<input name="x">',
    ],
)
def test_form_that_goes_elsewhere_is_not_filled(form: str) -> None:
    assert filled(form, "x=1") is None


def test_form_is_found_by_where_its_button_goes() -> None:
    form = '<form method="post" action="/b/"><input name="x"><button formaction="/a/?y=1"></form>'
    assert filled(form, "x=1") == form.replace('name="x"', 'name="x" value="1"')


def test_relative_action_is_that_of_the_page() -> None:
    form = '<form method="post" action="cancel/"><input name="x"></form>'
    assert filled(form, "x=1", "/a/", "/a/cancel/") == form.replace('"x"', '"x" value="1"')


def test_folded_form_is_opened() -> None:
    form = '<form method="post"><input name="x"></form>'
    page = f'<details><p>a</p></details><details class="act">{form}</details>'
    assert filled(page, "x=1") == (
        '<details><p>a</p></details><details class="act" open>'
        '<form method="post"><input name="x" value="1"></form></details>'
    )
