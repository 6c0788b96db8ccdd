"""The supervisor waits for the database for seconds only; what it starts waits as usual."""

import os

import pytest
from django.db import connection

from shop.worker.supervisor import PATIENCE, wait_briefly


@pytest.mark.django_db(transaction=True)
def test_processes_of_a_supervisor_that_waits_briefly_wait_as_usual() -> None:
    options = connection.settings_dict["OPTIONS"]
    usual = {**options}
    told, tell = os.pipe()
    try:
        wait_briefly()
        assert PATIENCE in options.values()
        child = os.fork()
        if not child:
            os.write(tell, b"y" if options == usual else b"n")
            os._exit(0)
        os.waitpid(child, 0)
    finally:
        options.clear()
        options.update(usual)
    assert os.read(told, 1) == b"y"
