"""Clients: who they are, their projects and members, and what colleagues note about them."""
