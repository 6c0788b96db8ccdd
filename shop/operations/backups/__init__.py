"""Backups: one file with the database and the files of invoices, and the way back from it."""
