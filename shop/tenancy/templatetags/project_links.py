"""The addresses of projects, for templates."""

from django import template

from shop.tenancy.project_urls import project_url

register = template.Library()
register.filter("project_url", project_url)
