"""The web platform under load."""
