"""The cards of a member's projects on their home page: what it is, and who else is there."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.client_subscriptions import contract_of
from shop.tenancy.models import Membership, Project, User
from shop.typed_text import isolated

NAMED = 4  # of those who are in a project with the member


@dataclass(frozen=True)
class ProjectCard:
    """A project as one member sees it; counts are of its members, joined and invited."""

    membership: Membership
    project: Project
    contract: int | None
    is_run_by_member: bool
    others: list[User]  # the first who joined, without the member
    joined: int
    taken: int

    @property
    def is_open(self) -> bool:
        """Tell whether the member can enter the project."""
        if self.is_run_by_member:
            return self.project.closed_at is None
        return self.project.is_open

    @property
    def shows_plan(self) -> bool:
        """Tell whether the member can see the page of the contract."""
        return bool(self.contract) and (self.is_run_by_member or self.project.is_open)

    @property
    def free(self) -> int:
        """The number of free places."""
        return max(self.project.product.members - self.taken, 0)

    @property
    def initials(self) -> list[str]:
        """The initials of the member and of those who are named, as far as they have names."""
        found = (_initials(each) for each in (self.membership.user, *self.others))
        return [each for each in found if each]

    @property
    def unnamed(self) -> int:
        """The number of members without initials on the card."""
        return self.joined - len(self.initials)

    @property
    def company(self) -> str:
        """The others in the project, as a sentence."""
        names = [isolated(name) for each in self.others if (name := each.first_name or each.login)]
        more = self.joined - 1 - len(names)
        if self.joined <= 1:
            return _("So far you are the only member.")
        if not names:
            text = ngettext("With one other member", "With %(count)s other members", more)
            return text % {"count": more}
        listed = ", ".join(names)
        if more:
            text = ngettext(
                "With %(names)s and one other", "With %(names)s and %(count)s others", more
            )
            return text % {"names": listed, "count": more}
        if len(names) > 1:
            both = {"names": ", ".join(names[:-1]), "last": names[-1]}
            listed = _("%(names)s and %(last)s") % both
        return _("With %(names)s") % {"names": listed}


def seats_of(user: User) -> QuerySet[Membership]:
    """Return what `user` has joined, by client and project, with `contract`, `joined`, `taken`."""
    joined = Membership.objects.filter(user=user, joined_at__isnull=False)
    related = joined.select_related("user", "project__client", "project__product")
    return related.annotate(
        contract=contract_of("project"),
        joined=_number_of(Membership.objects.filter(joined_at__isnull=False)),
        taken=_number_of(Membership.objects.all()),
    ).order_by("project__client__name", "project__name", "pk")


def cards_of(user: User, seats: Iterable[Membership]) -> list[ProjectCard]:
    """Return a card for each of `seats`, which are of `seats_of`."""
    seats = list(seats)
    others = _others(user, [seat.project_id for seat in seats])
    return [
        ProjectCard(
            membership=seat,
            project=seat.project,
            contract=getattr(seat, "contract", None),
            is_run_by_member=seat.project.client.client_admin_id == user.pk,
            others=others[seat.project_id],
            joined=getattr(seat, "joined", 0),
            taken=getattr(seat, "taken", 0),
        )
        for seat in seats
    ]


def _others(user: User, projects: list[int]) -> defaultdict[int, list[User]]:
    """Return the first of each project who joined, without `user`, by the project's number."""
    found: defaultdict[int, list[User]] = defaultdict(list)
    if not projects:
        return found
    joined = Membership.objects.filter(project__in=projects, joined_at__isnull=False)
    order = Window(RowNumber(), partition_by="project", order_by=["joined_at", "pk"])
    first = joined.exclude(user=user).annotate(position=order).filter(position__lte=NAMED)
    for seat in first.select_related("user").order_by("project", "position"):
        found[seat.project_id].append(seat.user)
    return found


def _number_of(seats: QuerySet[Membership]) -> Coalesce:
    of_project = seats.filter(project=OuterRef("project")).order_by().values("project")
    number = of_project.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _initials(user: User) -> str:
    if names := [name for name in (user.first_name, user.last_name) if name]:
        return "".join(name[0] for name in names).upper()
    return (user.login or "")[:2].upper()
