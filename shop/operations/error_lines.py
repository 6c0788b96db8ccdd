"""Errors in one line, for sentences to operators."""


def first_line(error: BaseException) -> str:
    """Return the first line of what `error` says, without a full stop; its class if it says none."""
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else type(error).__name__
