"""The shop's settings and our app: `DJANGO_SETTINGS_MODULE=acme.settings`."""

from shop.settings import *  # noqa: F403 -- the shop's settings, and ours
from shop.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "acme"]
