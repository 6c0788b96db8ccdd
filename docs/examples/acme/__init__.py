"""An example of a deployment's own code; docs/adopting.md explains it."""
