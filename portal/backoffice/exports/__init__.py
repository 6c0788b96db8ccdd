"""Exports of orders and invoices as files, at once or in the background."""
