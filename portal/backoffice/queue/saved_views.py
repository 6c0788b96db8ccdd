"""Saved views: which a colleague sees, which list a request opens, and who may change one."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from portal.backoffice.order.hidden_hashes import without_hashes
from portal.backoffice.queue.filters import NAMES, PARAMETERS, Filter, parse
from portal.backoffice.queue.saved_view import SavedView
from portal.backoffice.staff_access import staff_user
from shop.compiled_queries import CompiledQuery, Parameter
from shop.tenancy.models import User

MOST = 30  # tabs; more would hide each other
MEND = "orders.mend_order"
IN_QUERY = frozenset(PARAMETERS.get(name, name) for name in NAMES)

_visible: CompiledQuery[SavedView] = CompiledQuery(
    lambda: SavedView.objects.filter(Q(owner=Parameter("user")) | Q(is_shared=True)).order_by(
        "name", "pk"
    )[: MOST + 1]
)


@dataclass(frozen=True)
class OpenedList:
    """The list that a request asks for.

    `wanted` is what links of the page say, `listed` has the columns that the colleague prefers
    besides. `views` are those with a name, `view` is the one that is open.
    """

    wanted: Filter
    listed: Filter
    views: list[SavedView]
    view: SavedView | None = None

    @property
    def is_changed(self) -> bool:
        """Return whether the list is not that of the open view any more."""
        return self.view is not None and self.wanted != opened(self.view, self.wanted.user)


def opened_list(request: HttpRequest) -> OpenedList:
    """Return the list of the query string; without a filter, the one on arrival."""
    user = staff_user(request)
    found = _visible.all(user=user.pk)
    arrival = next((QueryDict(each.query) for each in found if not each.name), QueryDict())
    views = [each for each in found if each.name]
    given = request.GET if IN_QUERY & request.GET.keys() else arrival
    wanted = parse(given, user)
    view = next((each for each in views if str(each.pk) == wanted.view), None)
    if view is None:
        wanted = replace(wanted, view="")
        if given is arrival:
            wanted = replace(wanted, columns="")
    elif not (IN_QUERY - {"view", "columns"}) & given.keys():
        wanted = opened(view, user)
    columns = wanted.columns or ("" if view else parse(arrival, user).columns)
    return OpenedList(wanted, replace(wanted, columns=columns), views, view)


def opened(view: SavedView, user: User) -> Filter:
    """Return the filter of `view` for `user`."""
    wanted = parse(QueryDict(view.query), user)
    if not user.has_perm(MEND):  # a colleague may have searched for the link to an order
        wanted = replace(wanted, q=without_hashes(wanted.q))
    # With its group, so that links of the list say more than the view alone.
    return replace(wanted, view=str(view.pk), show=wanted.group)


def changeable_views(user: User) -> QuerySet[SavedView]:
    """Return the views that `user` may change: their own; with the permission, shared ones too."""
    own = Q(owner=user)
    if user.has_perm(MEND):
        own |= Q(is_shared=True)
    return SavedView.objects.filter(own).exclude(name="")


def keep_arrival(user: User, **changes: str) -> None:
    """Change what `user` arrives at: `view` by its primary key, `columns` with commas between."""
    row, _created = SavedView.objects.get_or_create(owner=user, name="")
    kept = QueryDict(row.query).dict() | changes
    query = urlencode({name: text for name, text in kept.items() if text})
    SavedView.objects.filter(pk=row.pk).update(query=query)
