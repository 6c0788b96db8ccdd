"""Groups of failures: what went wrong with many orders, since when, and what staff know of it."""
