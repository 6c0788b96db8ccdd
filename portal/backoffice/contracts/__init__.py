"""Subscriptions, declarations and requests."""
