"""Dates as pages and mails say them: a day in words, the clock of 24 hours."""
