"""The page of one order and its actions."""
