"""The program isoflop, for ``python -m isoflop`` and the command of that name."""

from __future__ import annotations

import os
import signal
import sys

from . import _core


def main() -> int:
    """Runs the words of the command line; returns its exit code."""
    # As of a program of its own: Python would only note Ctrl-C, and print a broken pipe.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    return _core.main([b"isoflop", *map(os.fsencode, sys.argv[1:])])


if __name__ == "__main__":
    sys.exit(main())
