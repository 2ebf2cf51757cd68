"""``python -m benchmarks.production``: the search against its peers."""

from benchmarks.production.search import main

main()
