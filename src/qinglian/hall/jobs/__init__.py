"""Long work: imports, calculations, solver runs, reports; each in a process of its own that can be killed."""
