"""Checks of a running deployment: what each part of it is like, and what to mend."""
