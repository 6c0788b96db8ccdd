"""Previews of legal pages and mails."""
