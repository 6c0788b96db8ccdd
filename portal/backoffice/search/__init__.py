"""The box that searches everything: what it finds, and where it leads."""
