"""Measurements of the production room."""
