"""Settings, read from the environment; docs/operators/settings.md lists the variables.

`DEMO=1` is the profile of `make run`: it brings its own values. Without it every value that
matters must be given; a missing or unsafe one stops the start with one sentence.
"""

from shop.settings.accounts import *
from shop.settings.base import *
from shop.settings.billing import *
from shop.settings.contact import *
from shop.settings.keep_periods import *
from shop.settings.security import *
from shop.settings.theme import *
from shop.settings.worker import *
