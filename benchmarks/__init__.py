"""Side-by-side runs of the ledger and its peers; one command, ratios in one run."""
