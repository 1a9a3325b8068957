"""`python -m edgee_py.cli` is `edgee`."""

from edgee_py.cli import main

main()
