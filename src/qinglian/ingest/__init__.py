"""Files → facts: tables of text, mapping profiles, checked rows, quarantine, plausibility."""
