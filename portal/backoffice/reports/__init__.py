"""Overview, statistics and charts."""
