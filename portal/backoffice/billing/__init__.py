"""Invoices, payments, reminders and the seller."""
