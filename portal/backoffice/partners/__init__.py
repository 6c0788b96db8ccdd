"""Partners' applications and their tokens."""
