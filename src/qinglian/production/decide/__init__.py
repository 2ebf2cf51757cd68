"""The optimiser: instance and objective → plan. `verify` never imports it."""
