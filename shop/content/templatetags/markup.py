"""Template filter for Markdown."""

from django import template

from shop.content.markdown import render

register = template.Library()
register.filter("markdown", render)
