"""An example of a deployment's own code; docs/adopters/steps.md explains it."""
