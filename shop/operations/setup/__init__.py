"""Setting up a deployment, and each new version of it."""
