"""Colleagues and their roles."""
