"""Link checking: whether each link to Wikidata still holds, by the class, the names and the facts of the item."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from lalakg._errors import EndpointError
from lalakg._rdf.terms import WELL_KNOWN, compact
from lalakg._sparql.results import table
from lalakg._wikidata.cache import now
from lalakg._wikidata.client import Client, GoneError
from lalakg._wikidata.comparison import ClassHierarchy, Evidence, compare
from lalakg._wikidata.identifiers import is_item, why_no_item
from lalakg._wikidata.item import Item
from lalakg._wikidata.mappings import SAME, Link
from lalakg._wikidata.things import Thing, Things

if TYPE_CHECKING:
    from lalakg._check import Progress

HOLDS, DOUBTFUL, DRIFTED, UNCHECKED = "holds", "doubtful", "drifted", "unchecked"
FAILS_ON: Final = {DOUBTFUL: {DOUBTFUL, DRIFTED}, DRIFTED: {DRIFTED}}
_FACTS: Final = {"identifier", "relation", "value", "title"}


@dataclass(frozen=True)
class LinkCheck:
    """The check of one link: its thing's short name, the verdict, the evidence, the day of Wikidata's answer; the
    item, or the `problem` for which there is none."""

    link: Link
    thing: str
    verdict: str
    evidence: tuple[Evidence, ...]
    day: str = ""
    item: Item | None = None
    problem: EndpointError | None = None

    @property
    def objections(self) -> str:
        """The evidence against the link, in one line."""
        return "; ".join(one.words for one in self.evidence if not one.agrees) or "no fact agrees"

    @property
    def summary(self) -> str:
        """All evidence in one line, that against the link first."""
        return "; ".join(str(evidence) for evidence in sorted(self.evidence, key=lambda evidence: evidence.agrees))


def check_links(things: Things, client: Client, progress: Progress = lambda _: None) -> list[LinkCheck]:
    """Check every link of a graph to Wikidata. Where no answer can be had the verdict is `unchecked`."""
    items: dict[str, Item | EndpointError] = {}
    for name in dict.fromkeys(link.item or "" for link in things.links):
        if is_item(name):
            items[name] = fetch_item(client, name)
            progress(f"{name}: {describe_answer(items[name])}")
    loaded = {name: item for name, item in items.items() if isinstance(item, Item)}
    classes = ClassHierarchy(client, loaded.values(), things.linkable.kinds.values())
    return [_check(link, items, loaded, things, classes) for link in things.links]


def fetch_item(client: Client, name: str) -> Item | EndpointError:
    """An item by its id, or the error for which there is none."""
    try:
        return client.item(name)
    except EndpointError as error:
        return error


def describe_answer(item: Item | EndpointError) -> str:
    """The day of an item, or the error, in words."""
    return f"as of {item.retrieved}" if isinstance(item, Item) else str(item)


def _check(
    link: Link, items: dict[str, Item | EndpointError], loaded: dict[str, Item], things: Things, classes: ClassHierarchy
) -> LinkCheck:
    name, thing = link.item or "", things.by_iri.get(link.subject)
    short = thing.name if thing else compact(link.subject, things.kg.prefixes)

    def result(verdict: str, *evidence: Evidence, day: str = "", problem: EndpointError | None = None) -> LinkCheck:
        return LinkCheck(link, short, verdict, evidence, day, loaded.get(name), problem)

    if not is_item(name):
        return result(DOUBTFUL, Evidence("exists", False, why_no_item(name)))
    if thing is None:
        return result(DOUBTFUL, Evidence("kind", False, "a thing of this kind has no counterpart at Wikidata"))
    item = items[name]
    if isinstance(item, GoneError):
        return result(DRIFTED, Evidence("exists", False, item.message.rstrip(".")), day=now()[:10])
    if isinstance(item, EndpointError):
        return result(UNCHECKED, Evidence("exists", False, str(item).rstrip(".")), problem=item)
    if item.id != name:
        return result(DRIFTED, Evidence("exists", False, f"merged into {item.id}"), day=item.retrieved)
    evidence = [*compare(thing, item, things, loaded, classes), *_link_evidence(link, thing, things)]
    if (judgement := verdict(evidence)) == UNCHECKED:
        return result(judgement, *evidence, Evidence("class", False, str(classes.problem)), problem=classes.problem)
    return result(judgement, *evidence, day=item.retrieved)


def _link_evidence(link: Link, thing: Thing, things: Things) -> Iterator[Evidence]:
    """Evidence against the link itself: a wrong predicate, or two things that are the same as one item."""
    if link.predicate != thing.kind.predicate:
        wanted = compact(thing.kind.predicate, WELL_KNOWN)
        yield Evidence("kind", False, f"a {thing.kind.name} is linked by {wanted}")
    for other in things.links:
        if other.item == link.item and other.subject != link.subject and SAME == other.predicate == link.predicate:
            yield Evidence("identity", False, f"also the item of {compact(other.subject, things.kg.prefixes)}")


def verdict(evidence: Iterable[Evidence]) -> str:
    """The verdict on a link by its evidence.

    It holds when class and label agree, some fact agrees and none disagrees; it has drifted when only the label
    disagrees; it is unchecked when only the class is unknown; else it is doubtful.
    """
    evidence = list(evidence)
    against = {one.about for one in evidence if not one.agrees}
    matches = any(one.agrees and one.about in _FACTS for one in evidence)
    if against - {"label"} or not matches:
        return DOUBTFUL
    if against:
        return DRIFTED
    return HOLDS if any(one.about == "class" for one in evidence) else UNCHECKED


def exit_status(checks: list[LinkCheck], fail_on: str) -> int:
    """The exit status: 2 when there were links and none could be checked, 1 when one is too bad or unchecked."""
    verdicts = {one.verdict for one in checks}
    if verdicts == {UNCHECKED}:
        return 2
    return 1 if verdicts & {*FAILS_ON[fail_on], UNCHECKED} else 0


# ── rendering ─────────────────────────────────────────────────────────────────────────────────────


def render(checks: list[LinkCheck], format_name: str, service: str) -> str:
    """The checks as text, json or tsv; `service` names who was asked."""
    if format_name == "json":
        links = [
            {
                "thing": one.link.subject,
                "item": one.link.item,
                "verdict": one.verdict,
                "checked": one.day or None,
                "evidence": [asdict(evidence) for evidence in one.evidence],
            }
            for one in checks
        ]
        return json.dumps({"service": service, "links": links}, indent=2, ensure_ascii=False) + "\n"
    head = ["verdict", "thing", "item", "evidence"]
    rows = [[one.verdict, one.thing, one.link.item or "", one.summary] for one in checks]
    if format_name == "text":
        return table(head, rows)
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows([head, *rows])
    return out.getvalue()
