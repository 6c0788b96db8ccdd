"""An action of staff on one order: how its page offers it, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from portal.backoffice.order.forms import ActionForm
from shop.orders.models import Order
from shop.tenancy.models import User

MEND = "orders.mend_order"


@dataclass(frozen=True, kw_only=True)
class OrderAction:
    """One action: what it does, when it is possible, how the page offers it.

    `name` is in the URL (`retry_now` at `retry-now/`), in its name (`staff_retry_now`) and in the
    ids of the form's fields. `run` returns whether it was done, False if somebody else was faster.
    """

    name: str
    run: Callable[[Order, User, Any], bool]
    # The sentence that confirms it.
    done: StrOrPromise | Callable[[Order, Any], StrOrPromise]
    is_possible: Callable[[Order], Any] = lambda _order: True
    permission: str = MEND
    form: type[ActionForm] = ActionForm
    asks_for_factor: bool = False  # gives somebody powers: see `recent_factor_required`

    label: StrOrPromise = ""
    text: StrOrPromise | Callable[[Order], str] = ""
    button: StrOrPromise = ""  # the label, if empty
    # A second button, by which the form's data has `then`.
    second_button: Callable[[Order], StrOrPromise] = lambda _order: ""
    is_primary: Callable[[Order], bool] = lambda _order: False
    is_destructive: bool = False
    is_listed: bool = True  # else its button stands elsewhere on the page
    # The name of what undoes it, and the details for that; `order` is as it was before.
    undone_by: str = ""
    undo_details: Callable[[Order, User, Any], dict[str, Any]] = lambda _order, _staff, _form: {}
