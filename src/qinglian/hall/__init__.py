"""The web platform over the books: people, roles, pages, API, jobs. The only Django of the house.

This package imports nothing when it is imported: a job's child process and the command line need parts of it
that know no Django.
"""
