"""The catalogue: tiers, features and promotion codes."""
