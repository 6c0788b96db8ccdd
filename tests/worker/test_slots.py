"""Slots: no cluster gets more processes than its own, and a killed process gives its slot back."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from shop.worker.slots import slot

CLUSTERS = {"calm": {"workers": 2}, "busy": {"workers": 1}}


@contextmanager
def holder(cluster: str) -> Iterator[tuple[bool, int]]:
    """A child that tries to hold a slot until the block ends: if it does, and its number."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        with slot(cluster) as is_free:
            os.write(tell, b"y" if is_free else b"n")
            signal.pause()
    try:
        yield os.read(told, 1) == b"y", child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(told)
        os.close(tell)


def test_as_many_processes_hold_a_slot_as_the_cluster_has(settings: Settings) -> None:
    settings.WORKER_CLUSTERS = CLUSTERS
    with holder("calm") as (first, _), holder("calm") as (second, _), holder("calm") as (third, _):
        assert (first, second, third) == (True, True, False)
        # Another cluster has its own.
        with slot("busy") as is_free:
            assert is_free


def test_a_killed_process_gives_its_slot_back(settings: Settings) -> None:
    settings.WORKER_CLUSTERS = CLUSTERS
    with holder("busy") as (held, _):
        assert held
        with slot("busy") as is_free:
            assert not is_free
    with slot("busy") as is_free:
        assert is_free


def test_a_slot_is_given_back_after_an_error(settings: Settings) -> None:
    settings.WORKER_CLUSTERS = CLUSTERS
    with pytest.raises(ValueError, match="broken"), slot("busy"):
        raise ValueError("broken")
    with holder("busy") as (held, _):
        assert held
