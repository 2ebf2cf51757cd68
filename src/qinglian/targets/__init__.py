"""Targets (减碳目标): pathways from a base year, their owners, and the progress of published inventories."""
