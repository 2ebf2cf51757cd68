"""The one book: facts, evidence, factors, rules, calculation, lineage, inventories, audit chain."""
