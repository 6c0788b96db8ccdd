"""Texts of staff in templates."""

from django import template

from shop.content.markup import render

register = template.Library()
register.filter("markdown", render)
