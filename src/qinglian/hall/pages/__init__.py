"""The pages: each module shows one part of the book."""
