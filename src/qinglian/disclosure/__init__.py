"""Disclosure: a published inventory version → data points, statements and reports under dated frameworks.

Nothing here is measured, calculated or decided: the ledger did that. A number is read from a published
version, rounded once by a printed rule, and bound to the codes that frameworks give it. What day it is, is an
argument (``as_of``); the machine's clock is never read.
"""
