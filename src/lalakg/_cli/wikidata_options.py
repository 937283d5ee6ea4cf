"""The contact with Wikidata, for all commands of `link`: whom to ask and as whom, and what to say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from lalakg._cli.group import say

if TYPE_CHECKING:
    from lalakg._errors import EndpointError
    from lalakg._wikidata.client import Client


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that asks Wikidata."""
    options = (
        click.option(
            "--contact",
            metavar="ADDRESS",
            envvar="LALAKG_CONTACT",
            show_envvar=True,
            help="Your e-mail address or web page, sent with every request as Wikimedia asks.",
        ),
        click.option(
            "--wikidata",
            metavar="URL",
            envvar="LALAKG_WIKIDATA",
            show_envvar=True,
            help="Base URL of another server to ask in place of Wikidata.",
        ),
        click.option("--offline", is_flag=True, help="Make no requests; use cached answers only."),
        click.option("-q", "--quiet", is_flag=True, help="Print no progress, only errors."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def client_of(contact: str | None, wikidata: str | None, *, offline: bool) -> Client:
    """The client that the options describe."""
    from lalakg._wikidata.cache import Cache
    from lalakg._wikidata.client import Client
    from lalakg._wikidata.service import Service

    return Client(Service.of(wikidata, contact, offline=offline), Cache(), offline=offline)


def tell(problems: Iterable[EndpointError]) -> None:
    """Say each reason once, however much it spoiled, and however quiet it is to be."""
    distinct = {(urlsplit(problem.url).netloc, problem.message): problem for problem in reversed(list(problems))}
    for problem in reversed(list(distinct.values())):
        say(str(problem))


def telling(*, quiet: bool) -> Callable[[str], None]:
    """What tells of progress, if it is to be told."""
    return (lambda _: None) if quiet else say
