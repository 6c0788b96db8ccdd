"""`{% kept %}` shows the same as what stands in it, and nothing that is not named."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString

from shop import kept_fragments


def shown(template: Template, **variables: Any) -> str:
    """The template with these variables."""
    return template.render(Context(variables))


def test_fragment_is_rendered_once_for_each_set_of_its_variables() -> None:
    calls = iter(range(10))
    template = Template("{% kept tier=tier %}{{ tier }} {% cycle 'a' 'b' %}{% endkept %}")
    page = Template(
        "{% for each in calls %}{% kept tier=tier %}{% cycle 'a' 'b' %}{% endkept %}{% endfor %}"
    )
    assert shown(page, calls=[next(calls), next(calls)], tier="S") == "aa"
    assert [shown(template, tier=tier) for tier in ("S", "M", "S")] == ["S a", "M a", "S a"]
    assert len(kept_fragments._fragments) == 3


def test_fragment_sees_neither_the_request_nor_what_is_not_named() -> None:
    inside = "{{ tier }}{{ name }}{{ request.path }}{{ csrf_token }}{{ user }}{% csrf_token %}"
    request = RequestFactory().get("/secret/")
    request.user = AnonymousUser()
    names = {"tier": "S", "name": "Nina", "user": "nina"}
    context = RequestContext(request, names)
    assert "/secret/" in Template(inside).render(context)
    assert "Nina" in Template(inside).render(context)
    kept = Template(f"{{% kept tier=tier %}}{inside}{{% endkept %}}")
    assert kept.render(RequestContext(request, names)) == "S"


def test_fragment_has_each_language_of_its_own() -> None:
    template = Template("{% load i18n %}{% kept %}{% translate 'Terms' %}{% endkept %}")
    english = shown(template)
    with translation.override("de"):
        assert shown(template) == "AGB" != english
    assert shown(template) == english


@pytest.mark.parametrize(
    "values",
    [
        (1, True),
        (Decimal("19.0"), Decimal("19.00")),
        ("<b>", SafeString("<b>")),
        ("1", 1),
        (None, "None"),
    ],
)
def test_values_that_are_equal_but_look_different_are_told_apart(values: tuple[Any, Any]) -> None:
    kept = Template("{% kept it=it %}{{ it }}{% endkept %}")
    bare = Template("{{ it }}")
    for value in (*values, *values):
        assert shown(kept, it=value) == shown(bare, it=value)


@pytest.mark.parametrize("value", [["S"], {"tier": "S"}, object(), HttpRequest()])
def test_value_that_is_no_word_or_number_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="must be a word or a number"):
        shown(Template("{% kept it=it %}{{ it }}{% endkept %}"), it=value)


@pytest.mark.parametrize(
    "source",
    [
        "{% kept %}{% block main %}{% endblock %}{% endkept %}",
        "{% kept %}{% if 1 %}{% block main %}{% endblock %}{% endif %}{% endkept %}",
        "{% kept tier %}{% endkept %}",
        "{% kept tier as name %}{% endkept %}",
    ],
)
def test_template_that_keeps_what_it_cannot_is_refused(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        Template(source)


def test_number_of_fragments_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_fragments, "MOST", 10)
    template = Template("{% kept it=it %}{{ it }}{% endkept %}")
    for number in range(25):
        assert shown(template, it=number) == str(number)
        assert len(kept_fragments._fragments) <= 10
