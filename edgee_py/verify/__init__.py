"""A page verified in a real browser: what it called, what became of it, and how well it will match.

Needs the `verify` extra. It listens only: nothing between the page and its relay is touched.
"""
