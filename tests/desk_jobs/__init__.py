"""The everyday jobs of the back office, done in a browser and counted."""
