"""Billing's answers to signals of orders."""
