"""Pages for the owners of applications: credentials, webhook endpoints and what was sent there."""
