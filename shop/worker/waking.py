"""Waking the worker up, and forgetting wake-ups that nobody will hear."""

from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task


def wake(cluster: str) -> None:
    """Have the cluster look for work, unless a wake-up that nobody has taken waits already.

    Call it inside the transaction that writes the work: the queue is a table of the same
    database, so that both are committed together or not at all.
    """
    # A wake-up may be taken just before this transaction commits, and miss its rows. The
    # supervisor's tick finds them a second later.
    if not OrmQ.objects.filter(key=cluster, lock__lte=timezone.now()).exists():
        # Always with its name: a task without one belongs to the cluster that is called like the
        # setting's `name`. The acknowledgement of a failure is the enqueuer's choice.
        async_task("shop.worker.tasks.drain", cluster, cluster=cluster, ack_failure=True)


def forget(cluster: str) -> None:
    """Delete a cluster's wake-ups; those that a killed process took would stay locked for long.

    Nothing is lost: they only say that there may be work.
    """
    OrmQ.objects.filter(key=cluster).delete()
