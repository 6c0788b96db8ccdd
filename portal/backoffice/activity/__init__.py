"""The activity of colleagues: who did what, when, and to what."""
