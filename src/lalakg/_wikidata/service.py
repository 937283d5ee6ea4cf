"""The addresses of Wikidata's interfaces, or of a stand-in's, and the User-Agent that we send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lalakg._errors import EndpointError, LalakgError
from lalakg._sparql.http import checked, user_agent

_CONTACT: Final = re.compile(r"https?://\S+\.\S+|mailto:\S+@\S+|[^\s@()]+@[^\s@()]+\.[^\s@()]+")


@dataclass(frozen=True)
class Service:
    """The addresses of Wikidata's interfaces, and the User-Agent that we send them."""

    name: str
    sparql: str
    entities: str
    api: str
    reconciliation: str
    agent: str
    is_live: bool

    @classmethod
    def of(cls, base: str | None = None, contact: str | None = None, *, offline: bool = False) -> Service:
        """The service for the options of a command: Wikidata itself, or a stand-in with the same interfaces at `base`.

        Raises LalakgError without a contact, which Wikimedia's User-Agent policy demands, and for a contact or a base
        that is none. A stand-in needs no contact, nor does `offline`.
        """
        if contact and not _CONTACT.fullmatch(contact):
            raise LalakgError(f"the contact {contact!r} is neither an e-mail address nor a web page.")
        if base:
            return cls._at(base.rstrip("/"), contact)
        if not contact and not offline:
            raise LalakgError(
                "Wikimedia asks every program for a contact. Give an e-mail address or a page of yours with --contact, "
                "or in LALAKG_CONTACT; it is sent to Wikidata and to nobody else."
            )
        return cls(
            "Wikidata",
            "https://query.wikidata.org/sparql",
            "https://www.wikidata.org/wiki/Special:EntityData/",
            "https://www.wikidata.org/w/api.php",
            "https://wikidata.reconci.link/en/api",
            user_agent(contact),
            is_live=True,
        )

    @classmethod
    def _at(cls, base: str, contact: str | None) -> Service:
        _refuse_base(base)
        data, api, reconciliation = f"{base}/wiki/Special:EntityData/", f"{base}/w/api.php", f"{base}/en/api"
        return cls(base, f"{base}/sparql", data, api, reconciliation, user_agent(contact), is_live=False)


def _refuse_base(base: str) -> None:
    """Raise LalakgError for an address that no path can follow, and for one with a login, which reports would show."""
    try:
        is_plain = not re.search(r"[?#\s]", checked(base))
    except EndpointError:
        is_plain = False
    if not is_plain:
        shown = re.sub("//.*@", "//", base)
        what = "begins with http:// or https://, and has no login, no blank, no ? and no #"
        raise LalakgError(f"{shown} is no web address for --wikidata: that {what}.")
