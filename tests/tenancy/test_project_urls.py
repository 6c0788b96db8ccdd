"""Addresses of projects: their own, or by the pattern of the setting."""

import pytest
from pytest_django import Settings

from shop.tenancy.models import Project
from shop.tenancy.project_urls import ProjectUrlError, project_url, set_project_url
from tests.factories import make_project
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db


def test_project_without_an_address_has_that_of_the_pattern(settings: Settings) -> None:
    project = make_project()
    settings.PROJECT_URL = "https://{client_id}.app.example/{project_id}/"
    assert project_url(project) == f"https://{project.client_id}.app.example/{project.pk}/"
    settings.PROJECT_URL = ""
    assert project_url(project) == ""


def test_own_address_counts_more_than_the_pattern(settings: Settings) -> None:
    project, other = make_project(), make_project()
    settings.PROJECT_URL = "https://app.example/{project_id}/"
    set_project_url(project, "https://first.app.example/")
    assert project_url(Project.objects.get(pk=project.pk)) == "https://first.app.example/"
    assert project_url(other) == f"https://app.example/{other.pk}/"
    set_project_url(project, "")
    assert project_url(project) == f"https://app.example/{project.pk}/"


def test_erased_project_has_no_address(settings: Settings) -> None:
    settings.PROJECT_URL = "https://app.example/{project_id}/"
    project = make_project(erased_at="2026-11-01T00:00Z")
    assert project_url(project) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example/",
        "//app.example/",
        "app.example",
        "https://user@app.example/",
        "https://user:password@app.example/",
        "javascript:alert(1)",
        "https:///path",
        "https://app.example/a b",
        "https://app.example/" + "a" * 500,
    ],
)
def test_address_that_is_no_https_url_is_refused(settings: Settings, url: str) -> None:
    settings.DEMO = False
    project = make_project()
    set_project_url(project, "https://app.example/")
    with pytest.raises(ProjectUrlError):
        set_project_url(project, url)
    assert Project.objects.get(pk=project.pk).url == "https://app.example/"


def test_demo_opens_a_page_of_its_own(settings: Settings) -> None:
    project = make_project()
    address = project_url(project)
    assert address == f"{settings.BASE_URL}/dev/project/{project.pk}/"
    page = address.removeprefix(settings.BASE_URL)
    assert "This is where your product would open" in words(visitor().get(page))
    settings.DEMO = False
    assert visitor().get(page).status_code == 404
