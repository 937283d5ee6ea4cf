"""Checking: whether each link to Wikidata still holds, by what the item is, is called and says."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from lalakg._errors import EndpointError
from lalakg._rdf.terms import WELL_KNOWN, compact
from lalakg._sparql.results import table
from lalakg._wikidata.cache import now
from lalakg._wikidata.client import Client, GoneError
from lalakg._wikidata.comparison import Classes, Evidence, compare
from lalakg._wikidata.identifiers import is_item, no_item
from lalakg._wikidata.item import Item
from lalakg._wikidata.mappings import SAME, Link
from lalakg._wikidata.things import Thing, Things

HOLDS, DOUBTFUL, DRIFTED, UNCHECKED = "holds", "doubtful", "drifted", "unchecked"
FAILS_ON: Final = {DOUBTFUL: {DOUBTFUL, DRIFTED}, DRIFTED: {DRIFTED}}
_FACTS: Final = {"identifier", "relation", "value", "title"}

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Check:
    """A link, what became of it, why, and on which day Wikidata said so; the item, or why it could not be had."""

    link: Link
    thing: str
    verdict: str
    evidence: tuple[Evidence, ...]
    day: str = ""
    item: Item | None = None
    problem: EndpointError | None = None

    @property
    def objections(self) -> str:
        """What speaks against the link, in one line."""
        return "; ".join(one.words for one in self.evidence if not one.agrees) or "no fact agrees"

    @property
    def told(self) -> str:
        """The evidence in one line, what speaks against the link first."""
        return "; ".join(str(evidence) for evidence in sorted(self.evidence, key=lambda evidence: evidence.agrees))


def check(things: Things, client: Client, progress: Progress = lambda _: None) -> list[Check]:
    """Check every link of a graph to Wikidata. What cannot be learnt is `unchecked`; the rest goes on."""
    items: dict[str, Item | EndpointError] = {}
    for name in dict.fromkeys(link.item or "" for link in things.links):
        if is_item(name):
            items[name] = fetched(client, name)
            progress(f"{name}: {outcome(items[name])}")
    known = {name: item for name, item in items.items() if isinstance(item, Item)}
    classes = Classes(client, known.values(), things.linkable.kinds.values())
    return [_check(link, items, known, things, classes) for link in things.links]


def fetched(client: Client, name: str) -> Item | EndpointError:
    """An item, or why there is none."""
    try:
        return client.item(name)
    except EndpointError as error:
        return error


def outcome(item: Item | EndpointError) -> str:
    """What became of asking for an item, in words."""
    return f"as of {item.retrieved}" if isinstance(item, Item) else str(item)


def _check(
    link: Link, items: dict[str, Item | EndpointError], known: dict[str, Item], things: Things, classes: Classes
) -> Check:
    name, thing = link.item or "", things.by_iri.get(link.subject)
    short = thing.name if thing else compact(link.subject, things.kg.prefixes)

    def judged(verdict: str, *evidence: Evidence, day: str = "", problem: EndpointError | None = None) -> Check:
        return Check(link, short, verdict, evidence, day, known.get(name), problem)

    if not is_item(name):
        return judged(DOUBTFUL, Evidence("exists", False, no_item(name)))
    if thing is None:
        return judged(DOUBTFUL, Evidence("kind", False, "a thing of this kind has no counterpart at Wikidata"))
    item = items[name]
    if isinstance(item, GoneError):
        return judged(DRIFTED, Evidence("exists", False, item.message.rstrip(".")), day=now()[:10])
    if isinstance(item, EndpointError):
        return judged(UNCHECKED, Evidence("exists", False, str(item).rstrip(".")), problem=item)
    if item.id != name:
        return judged(DRIFTED, Evidence("exists", False, f"merged into {item.id}"), day=item.retrieved)
    evidence = [*compare(thing, item, things, known, classes), *_of_the_link(link, thing, things)]
    if (found := verdict(evidence)) == UNCHECKED:
        return judged(found, *evidence, Evidence("class", False, str(classes.problem)), problem=classes.problem)
    return judged(found, *evidence, day=item.retrieved)


def _of_the_link(link: Link, thing: Thing, things: Things) -> Iterator[Evidence]:
    """What the link itself has against it: two things that are the same as an item would be one."""
    if link.predicate != thing.kind.predicate:
        wanted = compact(thing.kind.predicate, WELL_KNOWN)
        yield Evidence("kind", False, f"a {thing.kind.name} is linked by {wanted}")
    for other in things.links:
        if other.item == link.item and other.subject != link.subject and SAME == other.predicate == link.predicate:
            yield Evidence("identity", False, f"also the item of {compact(other.subject, things.kg.prefixes)}")


def verdict(evidence: Iterable[Evidence]) -> str:
    """Holds: class and name fit, a fact matches, none objects. Drifted: the facts hold, but it is called otherwise."""
    judged = list(evidence)
    against = {one.about for one in judged if not one.agrees}
    matches = any(one.agrees and one.about in _FACTS for one in judged)
    if against - {"label"} or not matches:
        return DOUBTFUL
    if against:
        return DRIFTED
    return HOLDS if any(one.about == "class" for one in judged) else UNCHECKED


def status(checks: list[Check], fail_on: str) -> int:
    """The exit status: 2 when there were links and none could be checked, 1 when one is too bad or unchecked."""
    verdicts = {one.verdict for one in checks}
    if verdicts == {UNCHECKED}:
        return 2
    return 1 if verdicts & {*FAILS_ON[fail_on], UNCHECKED} else 0


# ── telling it ────────────────────────────────────────────────────────────────────────────────────


def render(checks: list[Check], form: str, service: str) -> str:
    """The checks as text, json or tsv."""
    if form == "json":
        found = [
            {
                "thing": one.link.subject,
                "item": one.link.item,
                "verdict": one.verdict,
                "checked": one.day or None,
                "evidence": [asdict(evidence) for evidence in one.evidence],
            }
            for one in checks
        ]
        return json.dumps({"service": service, "links": found}, indent=2, ensure_ascii=False) + "\n"
    head = ["verdict", "thing", "item", "evidence"]
    rows = [[one.verdict, one.thing, one.link.item or "", one.told] for one in checks]
    if form == "text":
        return table(head, rows)
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows([head, *rows])
    return out.getvalue()
