"""The command line: the only room that prints or exits.

Data goes to standard output, words to standard error. Exit 0: good; 1: a check failed; 2: usage or bad input.
"""

from __future__ import annotations

import atexit
import gc
import sys
from typing import IO

from lalakg._errors import LalakgError, why

__all__ = ["main"]

_ALLOCATIONS = 100_000  # objects between two searches for cyclic garbage


def main(stream: IO[str] | None = None) -> None:
    """Run the command line; every error that we raise on purpose is one message and exit 2."""
    # What is imported is no garbage: looking for cycles in it while it comes in, and once more at the end, takes 12 ms.
    gc.set_threshold(_ALLOCATIONS)
    atexit.register(gc.freeze)
    import click

    from lalakg._cli.group import cli

    try:
        cli.main(prog_name="lalakg")
    except LalakgError as error:
        click.echo(f"lalakg: {error}", err=True, file=stream)
        sys.exit(2)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"lalakg: {where}{why(error)}.", err=True, file=stream)
        sys.exit(2)
