"""A step that shows who is busy, so that they can be killed just then."""

import os
from pathlib import Path


def show(subject: object) -> None:
    """Leave the process's number behind, as the name of a file that was touched just now."""
    (Path(os.environ["FAULTS_MARKS"]) / str(os.getpid())).touch()
