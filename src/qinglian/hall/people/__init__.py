"""People, organisations, roles, and the audit of what was read."""
