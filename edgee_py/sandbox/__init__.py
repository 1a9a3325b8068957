"""A local stand-in for Pinterest's conversions endpoint: for the demo, for tests, for users' tests."""

from edgee_py.extras import needing

with needing("relay", "edgee_py.sandbox"):
    from edgee_py.sandbox.app import sandbox
    from edgee_py.sandbox.server import RunningSandbox, serve

__all__ = ["RunningSandbox", "sandbox", "serve"]
