"""English of Europe: the day comes first."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
