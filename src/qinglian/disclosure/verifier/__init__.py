"""Scripts of the pack: they need the standard library and nothing else."""
