"""The API: the same things the pages show and do, for programs."""
