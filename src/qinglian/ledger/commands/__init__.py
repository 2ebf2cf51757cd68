"""The ledger's verbs on the command line, thin: they parse, call one function and show what it returned."""
