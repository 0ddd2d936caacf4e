"""`python -m diglot` and the `diglot` command."""

from __future__ import annotations

import sys


def entry() -> None:
    """Run the command line on the process's own arguments and streams."""
    from diglot.cli import main

    sys.exit(main(sys.argv[1:], sys.stdout, sys.stderr))


if __name__ == "__main__":
    entry()
