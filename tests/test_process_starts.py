"""Starts of processes: once each, with the first request, also in one that was forked later."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment
from wsgiref.util import setup_testing_defaults

import pytest
from pytest_django import Settings

from shop.process_starts import starting_with_first_request

pytestmark = pytest.mark.once
starts: list[tuple[int, str]] = []


def note(kind: str) -> None:
    starts.append((os.getpid(), kind))


def shop(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return [b"ok"]


def test_process_starts_with_its_first_request_and_a_forked_one_for_itself(
    settings: Settings,
) -> None:
    settings.PROCESS_STARTS = ["tests.test_process_starts.note"]
    starts.clear()
    application = starting_with_first_request(shop)
    assert starts == []
    environ: WSGIEnvironment = {}
    setup_testing_defaults(environ)
    for _request in range(2):
        assert application(environ, lambda *_answer: bytes) == [b"ok"]
    assert starts == [(os.getpid(), "web")]
    child = os.fork()
    if child == 0:
        application(environ, lambda *_answer: bytes)
        os._exit(int([pid for pid, _kind in starts[1:]] != [os.getpid()]))
    assert os.waitpid(child, 0)[1] == 0
