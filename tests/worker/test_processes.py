"""Processes that are forked end when they are told to, from their first moment on."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from shop.worker.processes import LIBC, PR_SET_NAME, Stop, cpu_seconds, fork, group_of

pytestmark = pytest.mark.once


@pytest.fixture
def stop() -> Iterator[Stop]:
    """This process handles signals as the supervisor does."""
    usual = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield Stop()
    for number, handler in usual.items():
        signal.signal(number, handler)


@pytest.mark.django_db(transaction=True)  # a fork closes the connections
def test_process_that_handles_no_signals_yet_ends_when_it_is_told_to(stop: Stop) -> None:
    told, tell = os.pipe()

    def load_for_long() -> None:
        os.write(tell, b"y")
        time.sleep(60)

    process = fork(load_for_long, dies_by=signal.SIGKILL)
    assert os.read(told, 1) == b"y"
    process.terminate()
    process.join(50)
    code = process.exitcode
    process.kill()
    process.join()
    assert code == -signal.SIGTERM
    assert not stop.is_set()


@pytest.mark.django_db(transaction=True)  # a fork closes the connections
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us name processes")
def test_cpu_time_is_told_of_processes_whose_names_are_no_text() -> None:
    told, tell = os.pipe()

    def work() -> None:
        assert LIBC
        LIBC.prctl(PR_SET_NAME, "fünfzehn-lettü".encode()[:15])  # half of the last letter
        while sum(cpu_seconds(os.getpid()).values()) == 0:
            pass
        os.write(tell, b"y")
        time.sleep(60)

    process = fork(work, dies_by=signal.SIGKILL)
    os.close(tell)  # so that a child that fails is not waited for
    try:
        assert os.read(told, 1) == b"y"
        found = cpu_seconds(group_of(process))
        assert list(found) == ["fünfzehn-lett�"]
        assert found["fünfzehn-lett�"] > 0
    finally:
        process.kill()
        process.join()
