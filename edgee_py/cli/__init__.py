"""The `edgee` command. Each command is a module of its own, of the command's name."""

import sys


def main() -> None:
    """The entry point."""
    try:
        from edgee_py.cli.app import app
    except ModuleNotFoundError as error:  # the core is installed without the relay
        if (error.name or "").startswith("edgee_py"):
            raise
        sys.exit("The edgee command needs the relay: pip install 'edgee-py[relay]'")
    app()
