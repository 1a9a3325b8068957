"""A kit for a site's own tests: relay and stand-in for Pinterest on free ports, and what arrived there.

It is a pytest plugin; its fixtures are in `plugin`. Needs the `testing` extra.
"""
