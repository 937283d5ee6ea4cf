"""The command line: the only room that prints or exits.

Data goes to standard output, words to standard error. Exit 0: good; 1: a check failed; 2: usage or bad input.
"""

from __future__ import annotations

import sys
from typing import IO

import click

from lalakg._cli.group import cli
from lalakg._errors import LalakgError, why

__all__ = ["cli", "main"]


def main(stream: IO[str] | None = None) -> None:
    """Run the command line; every error that we raise on purpose is one message and exit 2."""
    try:
        cli.main(prog_name="lalakg")
    except LalakgError as error:
        click.echo(f"lalakg: {error}", err=True, file=stream)
        sys.exit(2)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"lalakg: {where}{why(error)}.", err=True, file=stream)
        sys.exit(2)
